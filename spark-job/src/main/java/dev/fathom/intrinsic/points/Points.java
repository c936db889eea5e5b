// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic.points;

import java.io.Serializable;
import java.util.Arrays;

/** A point cloud: an n × d matrix of floats, row-major, one point per row. */
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
   * @param values n × d, row-major; kept, not copied, and must not change afterwards
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
  public Points rows(int[] rows) {
    float[] chosen = new float[rows.length * dimension];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(values, rows[i] * dimension, chosen, i * dimension, dimension);
    }
    return new Points(chosen, rows.length, dimension);
  }

  /** A coordinate of a point. */
  public float value(int row, int column) {
    return values[row * dimension + column];
  }

  /**
   * ‖p_i − p_j‖², in double precision by subtraction: exact except for the rounding of a double
   * sum.
   */
  public double squaredDistance(int i, int j) {
    int p = i * dimension;
    int q = j * dimension;
    // Four independent sums, which the processor can overlap.
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int c = 0;
    for (; c + 3 < dimension; c += 4) {
      double t0 = (double) values[p + c] - values[q + c];
      double t1 = (double) values[p + c + 1] - values[q + c + 1];
      double t2 = (double) values[p + c + 2] - values[q + c + 2];
      double t3 = (double) values[p + c + 3] - values[q + c + 3];
      s0 += t0 * t0;
      s1 += t1 * t1;
      s2 += t2 * t2;
      s3 += t3 * t3;
    }
    for (; c < dimension; c++) {
      double t = (double) values[p + c] - values[q + c];
      s0 += t * t;
    }
    return (s0 + s1) + (s2 + s3);
  }
}
