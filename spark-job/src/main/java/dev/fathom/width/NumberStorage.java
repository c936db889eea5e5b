// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.width;

import com.fasterxml.jackson.annotation.JsonValue;

/**
 * How the numbers of the searched vectors are stored. Queries keep full precision, as they are not
 * stored.
 */
public enum NumberStorage {
  /** Four-byte floats. */
  FLOAT("float32", Float.SIZE),
  /** One byte per number: one of 255 even steps of its column. */
  BYTE("int8", Byte.SIZE),
  /** One bit per number: whether it is above its column's mean. */
  BIT("1-bit", 1);

  private static final int STEPS = Byte.MAX_VALUE;

  private final String key;
  private final int bits;

  NumberStorage(String key, int bits) {
    this.key = key;
    this.bits = bits;
  }

  /** The storage's name in reports. */
  @JsonValue
  public String key() {
    return key;
  }

  /** Number of bytes of a vector of this width. */
  public int bytes(int width) {
    return (width * bits + Byte.SIZE - 1) / Byte.SIZE;
  }

  /**
   * Returns vectors as they are read back from this storage.
   *
   * @param values n × d, row-major
   * @param columns statistics of the d columns of such vectors
   */
  float[] stored(float[] values, Columns columns) {
    if (this == FLOAT) {
      return values;
    }
    int d = columns.mean.length;
    float[] stored = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      int c = i % d;
      if (this == BIT) {
        stored[i] = values[i] > columns.mean[c] ? columns.deviation[c] : -columns.deviation[c];
      } else if (columns.largest[c] > 0) {
        float step = columns.largest[c] / STEPS;
        stored[i] = step * Math.max(-STEPS, Math.min(STEPS, Math.round(values[i] / step)));
      }
    }
    return stored;
  }

  /**
   * Statistics of the columns of vectors.
   *
   * @param mean mean of each column
   * @param deviation mean distance from the mean, of each column
   * @param largest largest absolute value of each column
   */
  record Columns(float[] mean, float[] deviation, float[] largest) {
    /** Computes the statistics of n × d values. */
    static Columns of(float[] values, int d) {
      double[] mean = new double[d];
      float[] largest = new float[d];
      int n = values.length / d;
      for (int i = 0; i < values.length; i++) {
        mean[i % d] += (double) values[i] / n;
        largest[i % d] = Math.max(largest[i % d], Math.abs(values[i]));
      }
      double[] deviation = new double[d];
      for (int i = 0; i < values.length; i++) {
        deviation[i % d] += Math.abs(values[i] - mean[i % d]) / n;
      }
      float[] means = new float[d];
      float[] deviations = new float[d];
      for (int c = 0; c < d; c++) {
        means[c] = (float) mean[c];
        deviations[c] = (float) deviation[c];
      }
      return new Columns(means, deviations, largest);
    }
  }
}
