// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import com.esotericsoftware.kryo.DefaultSerializer;
import com.esotericsoftware.kryo.serializers.JavaSerializer;
import dev.fathom.data.Split;
import dev.fathom.prepare.source.RawRow;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;

/** What became of a row. Goes by Java serialisation as {@link RawRow} does. */
sealed interface Outcome extends Serializable {

  /** The same without the pixels of pictures: all that decides what becomes of it. */
  default Outcome withoutContent() {
    return this;
  }

  /**
   * The row is a pair by itself; whether it stays is for all rows to tell.
   *
   * @param key name
   * @param ordinal place in the source
   * @param x first side
   * @param y second side
   * @param label class, blank for none
   * @param group what stays in one split, blank for none
   */
  @DefaultSerializer(JavaSerializer.class)
  record Kept(String key, long ordinal, SideValue x, SideValue y, String label, String group)
      implements Outcome {

    @Override
    public Kept withoutContent() {
      return new Kept(key, ordinal, x.withoutContent(), y.withoutContent(), label, group);
    }

    /** This pair with the second side of another. */
    Kept withSecondSideOf(Kept other) {
      return new Kept(key, ordinal, x, other.y, label, group);
    }

    /** How many bytes both sides take in a shard before compression. */
    long bytes() {
      return x.value().bytes() + y.value().bytes();
    }

    /** What pictures it holds, by their digests; none of made-up ones. */
    List<Digest> pictures() {
      return List.of(x, y).stream()
          .filter(side -> !side.value().shape().isEmpty() && side.digest() != null)
          .map(SideValue::digest)
          .toList();
    }

    /** What its split is drawn from: its group, its picture or its key. */
    String name() {
      if (!group.isEmpty()) {
        return group;
      }
      Optional<Digest> picture = pictures().stream().findFirst();
      return picture.map(Digest::toString).orElse(key);
    }
  }

  /**
   * One side of a pair.
   *
   * @param value decoded
   * @param source what to show a person, blank for nothing
   * @param digest of what the source holds, null of what is made up
   */
  @DefaultSerializer(JavaSerializer.class)
  record SideValue(DecodedValue value, String source, Digest digest) implements Serializable {

    private SideValue withoutContent() {
      return new SideValue(value.withoutContent(), source, digest);
    }
  }

  /** The pair stays, and this is its split. */
  @DefaultSerializer(JavaSerializer.class)
  record Placed(Split split, Kept pair) implements Outcome {}

  /**
   * The row is left out.
   *
   * @param key name of the row
   * @param reason a code of {@link dev.fathom.prepare.reject.RejectReason}
   * @param detail for a person
   */
  @DefaultSerializer(JavaSerializer.class)
  record Rejected(String key, String reason, String detail) implements Outcome {}

  /** No row, but how many files were passed over that a computer leaves beside others. */
  @DefaultSerializer(JavaSerializer.class)
  record Hidden(long files) implements Outcome {}
}
