// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.width;

import dev.fathom.blas.DoubleMatrix;
import dev.fathom.blas.SymmetricEigen;

/** Sums over rows in double precision, and functions of symmetric matrices. */
final class Moments {
  private static final int BLOCK = 1024;

  private Moments() {}

  /** The mean of n × d values. */
  static double[] mean(float[] values, int d) {
    double[] mean = new double[d];
    int n = values.length / d;
    for (int i = 0; i < values.length; i++) {
      mean[i % d] += (double) values[i] / n;
    }
    return mean;
  }

  /** Mean of (a − meanA)ᵀ(b − meanB), d × d, for two matrices of n × d values. */
  static double[] covariance(float[] a, double[] meanA, float[] b, double[] meanB) {
    int d = meanA.length;
    int n = a.length / d;
    double[] covariance = new double[d * d];
    double[] left = new double[Math.min(BLOCK, n) * d];
    double[] right = new double[left.length];
    for (int from = 0; from < n; from += BLOCK) {
      int rows = Math.min(BLOCK, n - from);
      for (int i = 0; i < rows * d; i++) {
        left[i] = a[from * d + i] - meanA[i % d];
        right[i] = b[from * d + i] - meanB[i % d];
      }
      DoubleMatrix.of(covariance, 0, d, d)
          .multiply(
              1.0 / n,
              DoubleMatrix.of(left, 0, rows, d).transposed(),
              DoubleMatrix.of(right, 0, rows, d),
              1);
    }
    return covariance;
  }

  /** The eigenvectors of a symmetric d × d matrix, one per row, by descending eigenvalue. */
  static double[] axes(double[] symmetric, int d) {
    double[] vectors = symmetric.clone();
    SymmetricEigen.vectors(vectors, d);
    double[] axes = new double[d * d];
    for (int i = 0; i < d; i++) {
      System.arraycopy(vectors, (d - 1 - i) * d, axes, i * d, d);
    }
    return axes;
  }

  /** The matrix (C + ridge·I)^−½ for a covariance C. */
  static double[] whitening(double[] covariance, int d, double ridge) {
    double[] vectors = covariance.clone();
    double[] values = SymmetricEigen.vectors(vectors, d);
    double[] scaled = new double[d * d];
    for (int i = 0; i < d; i++) {
      double factor = 1 / Math.sqrt(Math.max(0, values[i]) + ridge);
      for (int c = 0; c < d; c++) {
        scaled[i * d + c] = factor * vectors[i * d + c];
      }
    }
    return product(
        DoubleMatrix.of(vectors, 0, d, d).transposed(), DoubleMatrix.of(scaled, 0, d, d));
  }

  /** The product of two d × d matrices. */
  static double[] product(DoubleMatrix a, DoubleMatrix b) {
    int d = a.rows();
    double[] product = new double[d * d];
    DoubleMatrix.of(product, 0, d, d).setProduct(a, b);
    return product;
  }

  /** The mean of the covariance's diagonal. */
  static double meanVariance(double[] covariance, int d) {
    double trace = 0;
    for (int i = 0; i < d; i++) {
      trace += covariance[i * d + i];
    }
    return trace / d;
  }
}
