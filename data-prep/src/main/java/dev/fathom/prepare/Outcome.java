// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import com.esotericsoftware.kryo.DefaultSerializer;
import com.esotericsoftware.kryo.serializers.JavaSerializer;
import dev.fathom.data.Split;
import dev.fathom.prepare.source.RawRow;
import java.io.Serializable;

/** What became of a row. Goes by Java serialisation as {@link RawRow} does. */
sealed interface Outcome extends Serializable {

  /**
   * The row is a pair.
   *
   * @param key unique name
   * @param split where it goes
   * @param x first side
   * @param y second side
   * @param label class, blank for none
   * @param xSource what to show a person for {@code x}, blank for nothing
   * @param ySource what to show a person for {@code y}, blank for nothing
   */
  @DefaultSerializer(JavaSerializer.class)
  record Kept(
      String key,
      Split split,
      DecodedValue x,
      DecodedValue y,
      String label,
      String xSource,
      String ySource)
      implements Outcome {

    /** This pair with the second side of another. */
    Kept withSecondSideOf(Kept other) {
      return new Kept(key, split, x, other.y, label, xSource, other.ySource);
    }

    /** How many bytes both sides take in a shard before compression. */
    long bytes() {
      return x.bytes() + y.bytes();
    }
  }

  /**
   * The row is left out.
   *
   * @param key name of the row
   * @param reason a code of {@link dev.fathom.prepare.reject.RejectReason}
   * @param detail for a person
   */
  @DefaultSerializer(JavaSerializer.class)
  record Rejected(String key, String reason, String detail) implements Outcome {}
}
