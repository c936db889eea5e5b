// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.evaluate;

import java.io.Serializable;

/** Both sides of n pairs in d dimensions: row i of x is paired with row i of y. */
public final class PairedEmbeddings implements Serializable {
  private static final long serialVersionUID = 1;
  private static final double UNIT_LENGTH = 1e-5;
  private static final int SAFE_EXPONENT = 20;

  private final float[] x;
  private final float[] y;
  private final Items items;
  private final int dimension;

  private PairedEmbeddings(float[] x, float[] y, Items items, int dimension) {
    this.x = x;
    this.y = y;
    this.items = items;
    this.dimension = dimension;
  }

  /**
   * Views two arrays as pairs, all of them with different items on both sides.
   *
   * @param x n × d, row-major, finite; kept, not copied
   * @param y n × d, row-major, finite; kept, not copied
   * @param count n, one or more
   * @param dimension d, one or more
   * @throws IllegalArgumentException if a length is not n·d or a value is not finite
   */
  public static PairedEmbeddings of(float[] x, float[] y, int count, int dimension) {
    check("x", x, count, dimension);
    check("y", y, count, dimension);
    return new PairedEmbeddings(x, y, Items.distinct(count), dimension);
  }

  /**
   * Returns the same pairs, some of which have identical content.
   *
   * @throws IllegalArgumentException if the items are of more or fewer pairs
   */
  public PairedEmbeddings of(Items identical) {
    if (identical.pairs() != count()) {
      throw new IllegalArgumentException(
          String.format("items of %d pairs for %d", identical.pairs(), count()));
    }
    return new PairedEmbeddings(x, y, identical, dimension);
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
    return items.pairs();
  }

  /** The items that the pairs consist of. */
  public Items items() {
    return items;
  }

  /** d, the width of an embedding. */
  public int dimension() {
    return dimension;
  }

  /**
   * Returns the pairs with each side multiplied by a power of two, so that its largest value is
   * about one. No rank changes, and no product leaves the range of a float.
   */
  PairedEmbeddings scaled() {
    return new PairedEmbeddings(scaled(x), scaled(y), items, dimension);
  }

  private static float[] scaled(float[] values) {
    float largest = 0;
    for (float value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    int exponent = Math.getExponent(largest);
    if (largest == 0 || (exponent > -SAFE_EXPONENT && exponent < SAFE_EXPONENT)) {
      return values;
    }
    float[] scaled = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      scaled[i] = Math.scalb(values[i], -exponent);
    }
    return scaled;
  }

  /** Whether every vector has unit length, up to rounding. */
  boolean areOfUnitLength() {
    return areOfUnitLength(x) && areOfUnitLength(y);
  }

  private boolean areOfUnitLength(float[] values) {
    for (int row = 0; row < values.length; row += dimension) {
      if (Math.abs(length(values, row) - 1) > UNIT_LENGTH) {
        return false;
      }
    }
    return true;
  }

  private double length(float[] values, int row) {
    double squared = 0;
    for (int c = row; c < row + dimension; c++) {
      squared += (double) values[c] * values[c];
    }
    return Math.sqrt(squared);
  }

  /**
   * Returns the pairs with every vector divided by its length. Vectors of length zero stay as they
   * are.
   */
  public PairedEmbeddings normalised() {
    return new PairedEmbeddings(unit(x), unit(y), items, dimension);
  }

  private float[] unit(float[] values) {
    float[] scaled = values.clone();
    for (int row = 0; row < scaled.length; row += dimension) {
      double length = length(scaled, row);
      for (int c = row; c < row + dimension && length > 0; c++) {
        scaled[c] = (float) (scaled[c] / length);
      }
    }
    return scaled;
  }

  float[] x() {
    return x;
  }

  float[] y() {
    return y;
  }
}
