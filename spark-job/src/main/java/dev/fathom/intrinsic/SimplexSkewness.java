// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

import dev.fathom.blas.DoubleMatrix;
import dev.fathom.intrinsic.points.Points;
import org.apache.commons.math3.special.Gamma;

/** Expected simplex skewness of Johnsson, Soneson and Fontes (2015), its version "a", d = 1. */
final class SimplexSkewness {

  /*
   * Two random directions are the nearer to orthogonal the more dimensions there are. For the
   * vectors v from the mean of a neighbourhood to its points the skewness is
   *
   *   Σ_{i<j} |v_i||v_j| sin(v_i, v_j) / Σ_{i<j} |v_i||v_j|,
   *
   * and in a ball of n dimensions it is expected to be Γ(n/2)² / (Γ((n+1)/2)·Γ((n−1)/2)). The
   * pointwise estimate is that n, linear between whole numbers; the result is the mean over the
   * points.
   *
   * Fails where a neighbourhood is no ball: at a boundary, or as wide as the cloud.
   */
  private static final int LARGEST = 4096;

  private SimplexSkewness() {}

  static double estimate(Cloud cloud, int k) {
    Points points = cloud.points();
    int d = points.dimension();
    Neighbourhood neighbourhood = new Neighbourhood(points, cloud.neighbours(k), k);
    double[] gram = new double[k * k];
    double sum = 0;
    for (int i = 0; i < cloud.count(); i++) {
      double[] v = neighbourhood.fromMean(i);
      DoubleMatrix.of(gram, 0, k, k)
          .setProduct(DoubleMatrix.of(v, 0, k, d), DoubleMatrix.of(v, 0, k, d).transposed());
      sum += dimension(skewness(gram, k));
    }
    return sum / cloud.count();
  }

  private static double skewness(double[] gram, int k) {
    double areas = 0;
    double products = 0;
    for (int i = 0; i < k; i++) {
      for (int j = i + 1; j < k; j++) {
        double squared = gram[i * k + i] * gram[j * k + j];
        double common = gram[i * k + j];
        areas += Math.sqrt(Math.max(0, squared - common * common));
        products += Math.sqrt(squared);
      }
    }
    return areas / products;
  }

  private static double dimension(double skewness) {
    int n = 1;
    double below = expected(1);
    double above = expected(2);
    while (above <= skewness && n < LARGEST) {
      n++;
      below = above;
      above = expected(n + 1);
    }
    return n + Math.min(1, (skewness - below) / (above - below));
  }

  private static double expected(int n) {
    return n == 1
        ? 0
        : Math.exp(
            2 * Gamma.logGamma(n / 2.0)
                - Gamma.logGamma((n + 1) / 2.0)
                - Gamma.logGamma((n - 1) / 2.0));
  }
}
