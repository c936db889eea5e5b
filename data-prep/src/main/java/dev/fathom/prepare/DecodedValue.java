// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * One side of a pair, checked and decoded, before what only the whole training split can tell: word
 * numbers, means. Arrays are handed over, not copied.
 */
sealed interface DecodedValue extends Serializable {

  /** How many bytes the value takes in a shard before compression. */
  long bytes();

  /** The same without the pixels of a picture. */
  default DecodedValue withoutContent() {
    return this;
  }

  /** Its shape, where values of a side may differ in it. */
  default List<Integer> shape() {
    return List.of();
  }

  /**
   * A picture.
   *
   * @param rgb {@code height × width × 3} bytes, row-major, red green blue
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Pixels(byte[] rgb, int height, int width) implements DecodedValue {
    @Override
    public long bytes() {
      return rgb.length;
    }

    @Override
    public DecodedValue withoutContent() {
      long[] sums = new long[Moments.CHANNELS];
      long[] squares = new long[Moments.CHANNELS];
      for (int i = 0; i < rgb.length; i += Moments.CHANNELS) {
        for (int channel = 0; channel < Moments.CHANNELS; channel++) {
          int value = rgb[i + channel] & 0xff;
          sums[channel] += value;
          squares[channel] += (long) value * value;
        }
      }
      return new PixelSums(sums, squares, height, width);
    }

    @Override
    public List<Integer> shape() {
      return List.of(height, width, Moments.CHANNELS);
    }
  }

  /**
   * What is left of a picture where only its statistics count.
   *
   * @param sums of each colour channel, of bytes
   * @param squares their sums of squares
   */
  @SuppressWarnings("ArrayRecordComponent")
  record PixelSums(long[] sums, long[] squares, int height, int width) implements DecodedValue {
    @Override
    public long bytes() {
      return (long) height * width * Moments.CHANNELS;
    }

    @Override
    public List<Integer> shape() {
      return List.of(height, width, Moments.CHANNELS);
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
