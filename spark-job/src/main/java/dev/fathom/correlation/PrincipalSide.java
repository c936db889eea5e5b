// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.correlation;

import dev.fathom.blas.DoubleMatrix;
import dev.fathom.intrinsic.points.Points;
import dev.fathom.intrinsic.points.PrincipalComponents;

/**
 * One side of pairs along its principal axes, which are independent of the other side.
 *
 * @param scores pairs × axes, of about unit variance
 * @param deviations for each axis, the standard deviation that a score of 1 stands for
 */
@SuppressWarnings("ArrayRecordComponent")
record PrincipalSide(double[] scores, double[] deviations, int pairs) {
  private static final int BLOCK = 1024;

  /**
   * Largest number of axes; more hold next to nothing of embeddings, and n pairs cannot determine
   * them.
   */
  private static final int MOST_AXES = 256;

  private static final int PAIRS_OF_AN_AXIS = 10;

  /** Smallest share of the largest variance; variances below it are rounding errors. */
  private static final double SMALLEST_VARIANCE = 1e-9;

  /** Finds the axes; there are none if all points are equal. */
  static PrincipalSide of(Points points) {
    int n = points.count();
    int d = points.dimension();
    PrincipalComponents components = PrincipalComponents.of(points);
    double[] variances = components.variances();
    int axes = 0;
    double total = 0;
    while (axes < Math.min(d, Math.min(MOST_AXES, n / PAIRS_OF_AN_AXIS))
        && variances[axes] > SMALLEST_VARIANCE * variances[0]) {
      total += variances[axes++];
    }
    // The ridge keeps an axis that n pairs cannot determine from being scaled up to the size of the
    // others.
    double ridge = total / n;
    double[] deviations = new double[axes];
    double[] maps = new double[axes * d];
    for (int a = 0; a < axes; a++) {
      deviations[a] = Math.sqrt(variances[a] + ridge);
      for (int c = 0; c < d; c++) {
        maps[a * d + c] = components.axes()[a * d + c] / deviations[a];
      }
    }
    double[] scores = new double[axes * n];
    double[] block = new double[Math.min(BLOCK, n) * d];
    for (int from = 0; from < n && axes > 0; from += BLOCK) {
      int rows = Math.min(BLOCK, n - from);
      for (int i = 0; i < rows * d; i++) {
        block[i] = points.value(from + i / d, i % d) - components.centre()[i % d];
      }
      DoubleMatrix.of(scores, from * axes, rows, axes)
          .setProduct(
              DoubleMatrix.of(block, 0, rows, d), DoubleMatrix.of(maps, 0, axes, d).transposed());
    }
    return new PrincipalSide(scores, deviations, n);
  }

  int axes() {
    return deviations.length;
  }

  /** Returns some rows of the scores. */
  DoubleMatrix range(int from, int to) {
    return DoubleMatrix.of(scores, from * axes(), to - from, axes());
  }

  /** The same scores for the pairs in another order. */
  PrincipalSide permuted(int[] order) {
    double[] permuted = new double[scores.length];
    for (int i = 0; i < pairs; i++) {
      System.arraycopy(scores, order[i] * axes(), permuted, i * axes(), axes());
    }
    return new PrincipalSide(permuted, deviations, pairs);
  }
}
