// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic.points;

import dev.fathom.blas.DoubleMatrix;
import dev.fathom.blas.SymmetricEigen;

/**
 * The axes along which a cloud spreads, widest first.
 *
 * @param centre mean of the points, d numbers
 * @param variances variance along each axis (sum of squares over n − 1), descending, none negative
 * @param axes d × d, one unit vector per row, in the order of the variances
 */
public record PrincipalComponents(double[] centre, double[] variances, double[] axes) {

  /*
   * The covariance is taken in double from centred rows, block by block, so that neither a distant
   * centre nor a small variance beside a large one is lost to single precision.
   */
  private static final int BLOCK = 1024;

  /** Computes the components of two points or more. */
  public static PrincipalComponents of(Points points) {
    int d = points.dimension();
    double[] centre = centre(points);
    double[] covariance = products(points, centre, 1.0 / (points.count() - 1));
    double[] ascending = SymmetricEigen.vectors(covariance, d);
    double[] variances = new double[d];
    double[] axes = new double[d * d];
    for (int c = 0; c < d; c++) {
      variances[c] = Math.max(0, ascending[d - 1 - c]);
      System.arraycopy(covariance, (d - 1 - c) * d, axes, c * d, d);
    }
    return new PrincipalComponents(centre, variances, axes);
  }

  /** The mean of the points. */
  public static double[] centre(Points points) {
    double[] centre = new double[points.dimension()];
    for (int i = 0; i < points.count(); i++) {
      for (int c = 0; c < centre.length; c++) {
        centre[c] += points.value(i, c);
      }
    }
    for (int c = 0; c < centre.length; c++) {
      centre[c] /= points.count();
    }
    return centre;
  }

  /** Returns the d × d matrix factor · Σ (p − centre)(p − centre)ᵀ. */
  public static double[] products(Points points, double[] centre, double factor) {
    int d = centre.length;
    int n = points.count();
    double[] products = new double[Math.multiplyExact(d, d)];
    double[] block = new double[Math.min(BLOCK, n) * d];
    for (int from = 0; from < n; from += BLOCK) {
      int rows = Math.min(BLOCK, n - from);
      for (int i = 0; i < rows; i++) {
        for (int c = 0; c < d; c++) {
          block[i * d + c] = points.value(from + i, c) - centre[c];
        }
      }
      DoubleMatrix.of(products, 0, d, d)
          .multiply(
              factor,
              DoubleMatrix.of(block, 0, rows, d).transposed(),
              DoubleMatrix.of(block, 0, rows, d),
              1);
    }
    return products;
  }
}
