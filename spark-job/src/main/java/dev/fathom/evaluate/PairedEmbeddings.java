// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.evaluate;

/** Both sides of n pairs in d dimensions: row i of x belongs to row i of y. */
public final class PairedEmbeddings {
  private final float[] x;
  private final float[] y;
  private final int count;
  private final int dimension;

  private PairedEmbeddings(float[] x, float[] y, int count, int dimension) {
    this.x = x;
    this.y = y;
    this.count = count;
    this.dimension = dimension;
  }

  /**
   * Views two arrays as pairs.
   *
   * @param x n × d, row-major, finite; kept, not copied
   * @param y likewise
   * @param count n, one or more
   * @param dimension d, one or more
   * @throws IllegalArgumentException if a length is not n·d or a value is not finite
   */
  public static PairedEmbeddings of(float[] x, float[] y, int count, int dimension) {
    check("x", x, count, dimension);
    check("y", y, count, dimension);
    return new PairedEmbeddings(x, y, count, dimension);
  }

  private static void check(String side, float[] values, int count, int dimension) {
    if (count < 1 || dimension < 1 || (long) count * dimension != values.length) {
      throw new IllegalArgumentException(
          String.format(
              "%d values of %s are no matrix of %d rows and %d columns",
              values.length, side, count, dimension));
    }
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw new IllegalArgumentException(
            String.format("row %d of %s holds %f", i / dimension, side, values[i]));
      }
    }
  }

  /** n, the number of pairs. */
  public int count() {
    return count;
  }

  /** d, the width of an embedding. */
  public int dimension() {
    return dimension;
  }

  float[] x() {
    return x;
  }

  float[] y() {
    return y;
  }
}
