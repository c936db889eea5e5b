// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * One side of a pair, checked and decoded, but not yet processed with statistics of the training
 * split (word numbers, means). Arrays are passed on, not copied.
 */
sealed interface DecodedValue extends Serializable {

  /** Bytes of the value in a shard before compression. */
  long bytes();

  /** A copy without the pixels of a picture. */
  default DecodedValue withoutContent() {
    return this;
  }

  /** The shape, for values whose shapes may differ within a side. */
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
   * The statistics of a picture, without its pixels.
   *
   * @param sums sum of the bytes of each colour channel
   * @param squares sum of the squares of the bytes of each colour channel
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

  /** A caption as a list of words. */
  record Text(ArrayList<String> words) implements DecodedValue {
    @Override
    public long bytes() {
      return (long) Integer.BYTES * words.size();
    }
  }

  /** A vector, not standardised. */
  @SuppressWarnings("ArrayRecordComponent")
  record Vector(double[] values) implements DecodedValue {
    @Override
    public long bytes() {
      return (long) Float.BYTES * values.length;
    }
  }
}
