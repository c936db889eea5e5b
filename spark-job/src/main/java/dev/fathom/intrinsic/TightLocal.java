// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

import dev.fathom.blas.DoubleMatrix;
import dev.fathom.intrinsic.neighbours.Neighbours;
import dev.fathom.intrinsic.points.Points;

/** The tight local estimator of Amsaleg and others (2019). */
final class TightLocal {

  /*
   * Levina–Bickel within one neighbourhood, of radius r, but with all pairs of its points: with
   * u_i, u_j their distances from the centre and v their distance from each other,
   *
   *   s_ij = r·(√((u_i² + v² − u_j²)² + 4v²(r² − u_i²)) − (u_i² + v² − u_j²)) / (2(r² − u_i²))
   *
   * is the distance from i to j in a ball of radius r that has i in its middle, and t_ij the same
   * for the mirror image of j, whose squared distance is z = 2u_i² + 2u_j² − v². The estimate is
   *
   *   −2k² / (Σ_{i≠j} log(s_ij/r) + Σ_{i≠j} log(t_ij/r) + 2·Σ_i log(u_i/r)),
   *
   * and the result the mean over the points. As i comes to the rim, u_i = r, s_ij has the limit
   * r·v² / (r² + v² − u_j²).
   *
   * Hazard: values below a ten-thousandth of r carry more rounding than dimension and are left out
   * of both the sums and the count.
   */
  private static final double SMALLEST = 1e-4;

  private TightLocal() {}

  /** The estimate; infinite if the distances allow none. */
  static double estimate(Cloud cloud, int k) {
    Points points = cloud.points();
    int d = points.dimension();
    Neighbours neighbours = cloud.neighbours(k);
    Neighbourhood neighbourhood = new Neighbourhood(points, neighbours, k);
    double[] gram = new double[k * k];
    double[] u = new double[k];
    double sum = 0;
    for (int i = 0; i < cloud.count(); i++) {
      double[] vectors = neighbourhood.fromPoint(i);
      DoubleMatrix.of(gram, 0, k, k)
          .setProduct(
              DoubleMatrix.of(vectors, 0, k, d), DoubleMatrix.of(vectors, 0, k, d).transposed());
      double r = neighbours.distance(i, k);
      for (int j = 0; j < k; j++) {
        u[j] = neighbours.distance(i, j + 1) / r;
      }
      sum += pointwise(u, gram, r * r);
    }
    return sum / cloud.count();
  }

  /** The estimate at one point; all lengths are divided by the neighbourhood's radius r. */
  private static double pointwise(double[] u, double[] gram, double rr) {
    int k = u.length;
    double logs = 0;
    int dropped = 0;
    for (int i = 0; i < k; i++) {
      if (u[i] < SMALLEST) {
        dropped++;
      } else {
        logs += 2 * Math.log(u[i]);
      }
      double uu = u[i] * u[i];
      for (int j = 0; j < k; j++) {
        if (j != i) {
          double ww = u[j] * u[j];
          double vv = Math.max(0, uu + ww - 2 * gram[i * k + j] / rr);
          double s = across(uu, ww, vv);
          double t = across(uu, ww, Math.max(0, 2 * uu + 2 * ww - vv));
          if (s < SMALLEST || t < SMALLEST) {
            dropped++;
          } else {
            logs += Math.log(s * t);
          }
        }
      }
    }
    return -2.0 * (k * k - dropped) / logs;
  }

  /** The length s_ij for u_i² = uu, u_j² = ww, v² = vv and r = 1. */
  private static double across(double uu, double ww, double vv) {
    if (vv == 0) {
      return 0;
    }
    double b = uu + vv - ww;
    double rest = 1 - uu;
    // The fraction is rationalised, so that nothing cancels and the rim is no special case.
    double root = Math.sqrt(b * b + 4 * vv * rest);
    return b > 0 ? 2 * vv / (root + b) : rest > 0 ? (root - b) / (2 * rest) : vv / (1 + vv - ww);
  }
}
