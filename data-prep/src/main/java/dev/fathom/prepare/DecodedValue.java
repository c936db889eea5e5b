// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One side of a pair, checked and decoded, but not yet processed with statistics of the training
 * split (word numbers, means). Arrays are passed on, not copied.
 */
sealed interface DecodedValue extends Serializable {

  /** Number of bytes of the value in a shard before compression. */
  long bytes();

  /** Returns only what must be known of the value before it is placed. */
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

    @Override
    public DecodedValue withoutContent() {
      return new VectorColumns(values.length);
    }
  }

  /** The number of columns of a vector, without its numbers. */
  record VectorColumns(int columns) implements DecodedValue {
    @Override
    public long bytes() {
      return (long) Float.BYTES * columns;
    }
  }

  /** A caption for a frozen network, which gives {@code columns} numbers for it. */
  record Caption(String text, int columns) implements DecodedValue {
    @Override
    public long bytes() {
      return (long) Float.BYTES * columns;
    }

    @Override
    public DecodedValue withoutContent() {
      return new Caption("", columns);
    }
  }

  /**
   * The features that a frozen network computes.
   *
   * @param values output of the network; empty if only the shape matters
   * @param columns number of features
   * @param picture the described picture as a JPEG file; empty for a caption
   * @param size number of pixels on the picture's side, 0 for a caption
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Features(float[] values, int columns, byte[] picture, int size) implements DecodedValue {
    private static final byte[] NO_PICTURE = {};
    private static final float[] NO_VALUES = {};

    /** Creates the features of a caption. */
    static Features of(float[] values) {
      return new Features(values, values.length, NO_PICTURE, 0);
    }

    /** The values in double precision. */
    double[] numbers() {
      double[] numbers = new double[values.length];
      Arrays.setAll(numbers, column -> values[column]);
      return numbers;
    }

    @Override
    public long bytes() {
      return (long) Float.BYTES * columns;
    }

    @Override
    public DecodedValue withoutContent() {
      return new Features(NO_VALUES, columns, NO_PICTURE, size);
    }

    @Override
    public List<Integer> shape() {
      return size == 0 ? List.of() : List.of(size, size, Moments.CHANNELS);
    }
  }
}
