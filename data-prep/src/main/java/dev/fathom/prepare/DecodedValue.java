// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import java.io.Serializable;
import java.util.ArrayList;

/**
 * One side of a pair, checked and decoded, before what only the whole training split can tell: word
 * numbers, means. Arrays are handed over, not copied.
 */
sealed interface DecodedValue extends Serializable {

  /** How many bytes the value takes in a shard before compression. */
  long bytes();

  /**
   * A picture.
   *
   * @param rgb {@code size × size × 3} bytes, row-major, red green blue
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Pixels(byte[] rgb) implements DecodedValue {
    @Override
    public long bytes() {
      return rgb.length;
    }
  }

  /** A caption, word by word. */
  record Text(ArrayList<String> words) implements DecodedValue {
    @Override
    public long bytes() {
      return (long) Integer.BYTES * words.size();
    }
  }

  /** A vector in its own units. */
  @SuppressWarnings("ArrayRecordComponent")
  record Vector(double[] values) implements DecodedValue {
    @Override
    public long bytes() {
      return (long) Float.BYTES * values.length;
    }
  }
}
