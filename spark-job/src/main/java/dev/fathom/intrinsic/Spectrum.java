// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

import dev.fathom.blas.SymmetricEigen;
import dev.fathom.intrinsic.points.Points;
import dev.fathom.intrinsic.points.PrincipalComponents;
import java.util.Arrays;
import java.util.List;

/**
 * The linear dimension of a cloud, from its principal variances. A curved manifold fills more
 * linear dimensions than it has.
 *
 * @param participationRatio (Σλ)²/Σλ²
 * @param effectiveRank exp of the entropy of the singular values of the rows, not centred (RankMe,
 *     Garrido and others, 2023)
 * @param componentsFor90 number of components that hold 90 % of the variance
 * @param componentsFor95 number of components that hold 95 % of the variance
 * @param componentsFor99 number of components that hold 99 % of the variance
 * @param variances variance λ of each principal component, descending
 */
public record Spectrum(
    double participationRatio,
    double effectiveRank,
    int componentsFor90,
    int componentsFor95,
    int componentsFor99,
    List<Double> variances) {

  private static final double SHARE_OF_LARGEST = 0.05;
  private static final double RANK_ME_EPSILON = 1e-7;

  /** Largest number of products that are held in memory for an interval: 64 MB. */
  private static final long MOST_PRODUCTS = 1L << 23;

  private static final int SMALLEST_GROUP = 5;

  static Spectrum of(Cloud cloud) {
    double[] variances = cloud.components().variances();
    return new Spectrum(
        participationRatio(variances),
        effectiveRank(cloud.points()),
        componentsFor(variances, 0.9),
        componentsFor(variances, 0.95),
        componentsFor(variances, 0.99),
        Arrays.stream(variances).boxed().toList());
  }

  /** The participation ratio (Σλ)²/Σλ²; NaN if all variances are zero. */
  static double participationRatio(double[] variances) {
    double sum = 0;
    double squares = 0;
    for (double variance : variances) {
      sum += variance / variances[0];
      squares += variance / variances[0] * (variance / variances[0]);
    }
    return sum * sum / squares;
  }

  /**
   * The standard error of a participation ratio by leaving out groups of points; NaN if there are
   * too many columns.
   */
  static double participationRatioError(Cloud cloud, double estimate, int groups) {
    Points points = cloud.points();
    int n = points.count();
    int d = points.dimension();
    if ((long) groups * d * d > MOST_PRODUCTS || n < SMALLEST_GROUP * groups) {
      return Double.NaN;
    }
    // Products are taken about the centre of all points; the centre of what is left follows from
    // the sums.
    double[] centre = cloud.components().centre();
    double[][] sums = new double[groups][];
    double[][] products = new double[groups][];
    double[] allSums = new double[d];
    double[] allProducts = new double[d * d];
    int[] counts = new int[groups];
    for (int g = 0; g < groups; g++) {
      int from = (int) ((long) n * g / groups);
      int to = (int) ((long) n * (g + 1) / groups);
      counts[g] = to - from;
      Points group = points.range(from, to);
      double[] mean = PrincipalComponents.centre(group);
      products[g] = PrincipalComponents.products(group, centre, 1);
      sums[g] = new double[d];
      for (int c = 0; c < d; c++) {
        sums[g][c] = (mean[c] - centre[c]) * counts[g];
        allSums[c] += sums[g][c];
      }
      for (int e = 0; e < d * d; e++) {
        allProducts[e] += products[g][e];
      }
    }
    return GroupJackknife.standardError(
        estimate,
        groups,
        (i, j) -> {
          int other = i == j ? 0 : 1;
          double count = n - counts[i] - other * counts[j];
          double trace = 0;
          double squares = 0;
          for (int r = 0; r < d; r++) {
            double sumR = allSums[r] - sums[i][r] - other * sums[j][r];
            for (int c = 0; c < d; c++) {
              int e = r * d + c;
              double sumC = allSums[c] - sums[i][c] - other * sums[j][c];
              double covariance =
                  allProducts[e] - products[i][e] - other * products[j][e] - sumR * sumC / count;
              trace += r == c ? covariance : 0;
              squares += covariance * covariance;
            }
          }
          return trace * trace / squares;
        });
  }

  /**
   * The number of variances above 5 % of the largest (Fukunaga, Olsen 1971); they must be in
   * descending order.
   */
  static double aboveShareOfLargest(double[] variances) {
    return Arrays.stream(variances)
        .filter(variance -> variance > SHARE_OF_LARGEST * variances[0])
        .count();
  }

  private static int componentsFor(double[] variances, double share) {
    double wanted = share * Arrays.stream(variances).sum();
    double sum = 0;
    int count = 0;
    while (count < variances.length && sum < wanted) {
      sum += variances[count++];
    }
    return count;
  }

  private static double effectiveRank(Points points) {
    int d = points.dimension();
    double[] gram = PrincipalComponents.products(points, new double[d], 1);
    double[] squared = SymmetricEigen.values(gram, d);
    double[] singular = Arrays.stream(squared).map(s -> Math.sqrt(Math.max(0, s))).toArray();
    double sum = Arrays.stream(singular).sum();
    double entropy = 0;
    for (double value : singular) {
      double p = value / sum + RANK_ME_EPSILON;
      entropy -= p * Math.log(p);
    }
    return Math.exp(entropy);
  }
}
