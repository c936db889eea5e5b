// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

import org.apache.commons.math3.util.FastMath;

/** Dimension from Fisher separability, of Albergante, Bac and Zinovyev (2019). */
final class FisherSeparability {

  /*
   * The cloud is centred, cut to the principal axes whose variance is above a tenth of the
   * largest, whitened and put on the sphere. A point is inseparable from another at α if their
   * product exceeds α; on a uniform sphere in n dimensions that has probability
   *
   *   p(α) = (1 − α²)^((n−1)/2) / (α·√(2πn)),
   *
   * which falls with n, so the observed p gives n. Of the α = 0.60, 0.62 … 0.98 at which any pair
   * is inseparable the one nearest to 0.9 of the largest is taken.
   *
   * It counts what the whole cloud takes up, not what a neighbourhood does. With few points in many
   * dimensions no pair is inseparable at any α, and there is no estimate.
   */
  private static final double CONDITION = 10;
  private static final int ALPHAS = 20;
  private static final double FIRST = 0.6;
  private static final double STEP = 0.02;
  private static final double LARGEST = 1e4;
  private static final int BISECTIONS = 60;

  private FisherSeparability() {}

  /** NaN where no two points are inseparable. */
  static double estimate(Cloud cloud) {
    int n = cloud.count();
    PrincipalComponents components = cloud.components();
    int rank = 0;
    while (rank < components.variances().length
        && components.variances()[rank] > components.variances()[0] / CONDITION) {
      rank++;
    }
    long[] inseparable = count(whitened(cloud.points(), components, rank), n, rank);
    int last = ALPHAS - 1;
    while (last >= 0 && inseparable[last] == 0) {
      last--;
    }
    if (last < 0) {
      return Double.NaN;
    }
    double wanted = 0.9 * alpha(last);
    int chosen = 0;
    for (int a = 1; a < ALPHAS; a++) {
      if (Math.abs(alpha(a) - wanted) < Math.abs(alpha(chosen) - wanted)) {
        chosen = a;
      }
    }
    return dimension(alpha(chosen), 2.0 * inseparable[chosen] / ((double) n * n));
  }

  private static double alpha(int a) {
    return FIRST + STEP * a;
  }

  private static float[] whitened(Points points, PrincipalComponents components, int rank) {
    int d = points.dimension();
    float[] rows = new float[points.count() * rank];
    double[] row = new double[rank];
    for (int i = 0; i < points.count(); i++) {
      double squares = 0;
      for (int r = 0; r < rank; r++) {
        double sum = 0;
        for (int c = 0; c < d; c++) {
          sum += components.axes()[r * d + c] * (points.value(i, c) - components.centre()[c]);
        }
        row[r] = sum / Math.sqrt(components.variances()[r]);
        squares += row[r] * row[r];
      }
      double length = squares > 0 ? Math.sqrt(squares) : 1;
      for (int r = 0; r < rank; r++) {
        rows[i * rank + r] = (float) (row[r] / length);
      }
    }
    return rows;
  }

  /** How many pairs are inseparable at each α. */
  private static long[] count(float[] rows, int n, int rank) {
    long[] at = new long[ALPHAS];
    PairProducts.visit(
        rows,
        n,
        rank,
        (i, j, product) -> {
          if (product >= FIRST) {
            at[Math.min(ALPHAS - 1, (int) ((product - FIRST) / STEP))]++;
          }
        });
    for (int a = ALPHAS - 2; a >= 0; a--) {
      at[a] += at[a + 1];
    }
    return at;
  }

  private static double dimension(double alpha, double probability) {
    double low = 1e-3;
    double high = LARGEST;
    for (int step = 0; step < BISECTIONS; step++) {
      double middle = Math.sqrt(low * high);
      double expected =
          (middle - 1) / 2 * FastMath.log1p(-alpha * alpha)
              - Math.log(alpha * Math.sqrt(2 * Math.PI * middle));
      if (expected > Math.log(probability)) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return Math.sqrt(low * high);
  }
}
