// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import com.esotericsoftware.kryo.DefaultSerializer;
import com.esotericsoftware.kryo.serializers.JavaSerializer;
import dev.fathom.data.Digest;
import dev.fathom.data.Split;
import java.io.Serializable;
import java.util.List;
import java.util.stream.Stream;

/** The outcome of a row. Caches and shuffles hold it in {@link OutcomeFormat}. */
sealed interface Outcome extends Serializable {

  /** A copy without pixels and numbers, which holds everything that decides the outcome. */
  default Outcome withoutContent() {
    return this;
  }

  /**
   * The row is a valid pair by itself. Whether it is kept depends on the other rows.
   *
   * @param key name of the pair
   * @param ordinal position in the source, from 0
   * @param x first side
   * @param y second side
   * @param label class, empty for none
   * @param group group that stays in one split, empty for none
   */
  @DefaultSerializer(JavaSerializer.class)
  record Kept(String key, long ordinal, SideValue x, SideValue y, String label, String group)
      implements Outcome {

    @Override
    public Kept withoutContent() {
      return new Kept(key, ordinal, x.withoutContent(), y.withoutContent(), label, group);
    }

    /** Returns this pair with the second side of another. */
    Kept withSecondSideOf(Kept other) {
      return new Kept(key, ordinal, x, other.y, label, group);
    }

    /** Returns this pair with other sides. */
    Kept with(SideValue otherX, SideValue otherY) {
      return new Kept(key, ordinal, otherX, otherY, label, group);
    }

    /** Number of bytes of both sides in a shard before compression. */
    long bytes() {
      return x.value().bytes() + y.value().bytes();
    }

    /** The digests of the pair's pictures; synthetic ones have none. */
    List<Digest> pictures() {
      if (!x.isPicture() && !y.isPicture()) {
        return List.of();
      }
      return Stream.of(x, y).filter(SideValue::isPicture).map(SideValue::digest).toList();
    }

    /** The name that the pair's split is drawn from: its group, else its picture, else its key. */
    String name() {
      if (!group.isEmpty()) {
        return group;
      }
      List<Digest> pictures = pictures();
      return pictures.isEmpty() ? key : pictures.get(0).toString();
    }
  }

  /**
   * One side of a pair.
   *
   * @param value the decoded value
   * @param source text that shows the value to a reader, empty for none
   * @param digest digest of the source content, null for synthetic data
   */
  @DefaultSerializer(JavaSerializer.class)
  record SideValue(DecodedValue value, String source, Digest digest) implements Serializable {

    private boolean isPicture() {
      return digest != null && !value.shape().isEmpty();
    }

    private SideValue withoutContent() {
      return new SideValue(value.withoutContent(), source, digest);
    }
  }

  /** The pair is kept, in this split. */
  @DefaultSerializer(JavaSerializer.class)
  record Placed(Split split, Kept pair) implements Outcome {}

  /**
   * The row is rejected.
   *
   * @param key name of the row
   * @param reason a code of {@link dev.fathom.prepare.reject.RejectReason}
   * @param detail the reason in words
   */
  @DefaultSerializer(JavaSerializer.class)
  record Rejected(String key, String reason, String detail) implements Outcome {}

  /** A number of skipped hidden files, which are no rows. */
  @DefaultSerializer(JavaSerializer.class)
  record Hidden(long files) implements Outcome {}
}
