// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

import dev.fathom.intrinsic.points.Points;
import dev.fathom.intrinsic.points.PrincipalComponents;
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

  /** The estimate; NaN if no two points are inseparable. */
  static double estimate(Cloud cloud) {
    return dimension(count(cloud, 1)[0], cloud.count());
  }

  /**
   * The standard error of an estimate, by leaving out groups of points, in the axes of the whole
   * cloud.
   */
  static double standardError(Cloud cloud, double estimate, int groups) {
    int n = cloud.count();
    long[][] ofGroups = count(cloud, groups);
    return GroupJackknife.standardError(
        estimate,
        groups,
        (i, j) -> {
          long[] left = new long[ALPHAS];
          for (int a = 0; a < groups; a++) {
            for (int b = a; b < groups; b++) {
              if (a != i && a != j && b != i && b != j) {
                for (int alpha = 0; alpha < ALPHAS; alpha++) {
                  left[alpha] += ofGroups[a * groups + b][alpha];
                }
              }
            }
          }
          int out = size(i, n, groups) + (i == j ? 0 : size(j, n, groups));
          return dimension(left, n - out);
        });
  }

  private static int size(int group, int n, int groups) {
    return from(group + 1, n, groups) - from(group, n, groups);
  }

  private static int from(int group, int n, int groups) {
    return (int) (((long) group * n + groups - 1) / groups);
  }

  private static double dimension(long[] inseparable, int n) {
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

  /**
   * Counts the inseparable pairs at each α.
   *
   * @param groups number of groups of consecutive points
   * @return for each α, the counts between the groups a ≤ b, at index {@code a·groups + b}
   */
  private static long[][] count(Cloud cloud, int groups) {
    int n = cloud.count();
    PrincipalComponents components = cloud.components();
    int rank = 0;
    while (rank < components.variances().length
        && components.variances()[rank] > components.variances()[0] / CONDITION) {
      rank++;
    }
    long[][] at = new long[groups * groups][ALPHAS];
    PairProducts.visit(
        whitened(cloud.points(), components, rank),
        n,
        rank,
        (i, j, product) -> {
          if (product >= FIRST) {
            int groupOfI = (int) ((long) i * groups / n);
            int groupOfJ = (int) ((long) j * groups / n);
            at[groupOfI * groups + groupOfJ][
                Math.min(ALPHAS - 1, (int) ((product - FIRST) / STEP))]++;
          }
        });
    for (long[] counts : at) {
      for (int a = ALPHAS - 2; a >= 0; a--) {
        counts[a] += counts[a + 1];
      }
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
