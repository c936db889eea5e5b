// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic.neighbours;

import dev.fathom.blas.DoubleMatrix;
import dev.fathom.intrinsic.points.Points;
import dev.fathom.intrinsic.points.PrincipalComponents;

/**
 * A few coordinates for each point, which a search compares first. Distances between them never
 * exceed the distances between the points.
 */
public final class SearchSpace {

  /*
   * Centred, scaled to a largest length of 1, and turned to the principal axes, of which the first
   * r are kept. What the others hold of a point is known by its length alone, one more coordinate:
   * with a = (p, q), b likewise, |a−b|² = |p_a−p_b|² + |q_a−q_b|² ≥ |p_a−p_b|² + (|q_a|−|q_b|)².
   * Lengths are those of the points, |a|² = |p|² + |q|². With r = d the distances are the points'.
   *
   * Everything is computed in double and rounded once, to float.
   */
  private static final int BLOCK = 1024;
  private static final double UNIT_ROUNDOFF = 0x1p-24;

  private final int width;
  private final float[] coordinates;
  private final float[] lengths;
  private final float[] squares;
  private final double scale;

  private SearchSpace(int width, int count, double scale) {
    this.width = width;
    this.scale = scale;
    coordinates = new float[Math.multiplyExact(count, width)];
    lengths = new float[count];
    squares = new float[count];
  }

  /** Uses the points' own coordinates, r = d. */
  public static SearchSpace of(Points points) {
    int d = points.dimension();
    double[] centre = PrincipalComponents.centre(points);
    SearchSpace space = new SearchSpace(d, points.count(), inverse(radius(points, centre)));
    double[] centred = new double[d];
    for (int i = 0; i < points.count(); i++) {
      for (int c = 0; c < d; c++) {
        centred[c] = (points.value(i, c) - centre[c]) * space.scale;
      }
      space.put(i, centred, 0, d, centred, 0, d);
    }
    return space;
  }

  /**
   * Rotates the points to their principal axes.
   *
   * @param rank r, 1 … d
   */
  static SearchSpace of(Points points, PrincipalComponents axes, int rank) {
    int n = points.count();
    int d = points.dimension();
    double radius = radius(points, axes.centre());
    SearchSpace space = new SearchSpace(rank < d ? rank + 1 : d, n, inverse(radius));
    double[] centred = new double[Math.min(BLOCK, n) * d];
    double[] turned = new double[Math.min(BLOCK, n) * rank];
    for (int from = 0; from < n; from += BLOCK) {
      int rows = Math.min(BLOCK, n - from);
      for (int i = 0; i < rows; i++) {
        for (int c = 0; c < d; c++) {
          centred[i * d + c] = (points.value(from + i, c) - axes.centre()[c]) * space.scale;
        }
      }
      DoubleMatrix.of(turned, 0, rows, rank)
          .setProduct(
              DoubleMatrix.of(centred, 0, rows, d),
              DoubleMatrix.of(axes.axes(), 0, rank, d).transposed());
      for (int i = 0; i < rows; i++) {
        space.put(from + i, centred, i * d, d, turned, i * rank, rank);
      }
    }
    return space;
  }

  private void put(
      int row, double[] centred, int from, int d, double[] turned, int first, int rank) {
    double whole = sumOfSquares(centred, from, d);
    double kept = sumOfSquares(turned, first, rank);
    for (int c = 0; c < rank; c++) {
      coordinates[row * width + c] = (float) turned[first + c];
    }
    if (width > rank) {
      coordinates[row * width + rank] = (float) Math.sqrt(Math.max(0, whole - kept));
    }
    squares[row] = (float) whole;
    lengths[row] = (float) Math.sqrt(whole);
  }

  private static double sumOfSquares(double[] values, int from, int count) {
    double sum = 0;
    for (int c = from; c < from + count; c++) {
      sum += values[c] * values[c];
    }
    return sum;
  }

  private static double inverse(double radius) {
    if (!Double.isFinite(radius)) {
      throw new IllegalArgumentException("points with NaN or infinite values have no neighbours");
    }
    return radius > 0 ? 1 / radius : 1;
  }

  private static double radius(Points points, double[] centre) {
    double largest = 0;
    for (int i = 0; i < points.count(); i++) {
      double squared = 0;
      for (int c = 0; c < centre.length; c++) {
        double centred = points.value(i, c) - centre[c];
        squared += centred * centred;
      }
      largest = Math.max(largest, squared);
    }
    return Math.sqrt(largest);
  }

  /** The points in another order. */
  SearchSpace ordered(int[] rows) {
    SearchSpace ordered = new SearchSpace(width, rows.length, scale);
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(coordinates, rows[i] * width, ordered.coordinates, i * width, width);
      ordered.lengths[i] = lengths[rows[i]];
      ordered.squares[i] = squares[rows[i]];
    }
    return ordered;
  }

  /** The number of coordinates of a point. */
  public int width() {
    return width;
  }

  /** The coordinates, n × width, row-major. */
  public float[] coordinates() {
    return coordinates;
  }

  /** |a| of every point, scaled. */
  public float[] lengths() {
    return lengths;
  }

  /** |a|² of every point, scaled. */
  public float[] squares() {
    return squares;
  }

  /**
   * A bound of the error of |b|² − 2ab in float.
   *
   * <p>With u = 2^-24 and w coordinates, the product errs by at most w·u·2|a||b| to first order,
   * the coordinates, rounded once, by 2u(|a|+|b|)², and sums and limits by as much again: together
   * less than (w+10)·u·(|a|+|b|)².
   *
   * @param sum |a| + |b|, scaled
   */
  public double roundingError(double sum) {
    return (width + 10) * UNIT_ROUNDOFF * sum * sum;
  }

  /** The factor from a distance between points to a distance between coordinates. */
  public double scale() {
    return scale;
  }
}
