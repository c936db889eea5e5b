// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

import java.io.Serializable;
import java.util.Arrays;

/** A point cloud: an n × d matrix of floats, row-major, a point a row. */
public final class Points implements Serializable {
  private static final long serialVersionUID = 1;

  private final float[] values;
  private final int count;
  private final int dimension;

  private Points(float[] values, int count, int dimension) {
    this.values = values;
    this.count = count;
    this.dimension = dimension;
  }

  /**
   * Views an array as points.
   *
   * @param values n × d, row-major; kept, not copied, and not to be changed afterwards
   * @param count n, zero or more
   * @param dimension d, one or more
   * @throws IllegalArgumentException if the array's length is not n·d
   */
  public static Points of(float[] values, int count, int dimension) {
    if (count < 0 || dimension < 1 || (long) count * dimension != values.length) {
      throw new IllegalArgumentException(
          String.format(
              "%d values are no matrix of %d rows and %d columns",
              values.length, count, dimension));
    }
    return new Points(values, count, dimension);
  }

  /** n, the number of points. */
  public int count() {
    return count;
  }

  /** d, the number of coordinates. */
  public int dimension() {
    return dimension;
  }

  /** A copy of the rows {@code [from, to)}. */
  public Points range(int from, int to) {
    return new Points(
        Arrays.copyOfRange(values, from * dimension, to * dimension), to - from, dimension);
  }

  /** A copy of the named rows, in their order. */
  Points rows(int[] rows) {
    float[] chosen = new float[rows.length * dimension];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(values, rows[i] * dimension, chosen, i * dimension, dimension);
    }
    return new Points(chosen, rows.length, dimension);
  }

  float value(int row, int column) {
    return values[row * dimension + column];
  }

  /** ‖p_i − p_j‖², in double and by subtraction: exact but for the rounding of a double sum. */
  double squaredDistance(int i, int j) {
    int p = i * dimension;
    int q = j * dimension;
    // Two sums that do not wait for each other.
    double even = 0;
    double odd = 0;
    int c = 0;
    for (; c + 1 < dimension; c += 2) {
      double u = (double) values[p + c] - values[q + c];
      double v = (double) values[p + c + 1] - values[q + c + 1];
      even += u * u;
      odd += v * v;
    }
    if (c < dimension) {
      double u = (double) values[p + c] - values[q + c];
      even += u * u;
    }
    return even + odd;
  }
}
