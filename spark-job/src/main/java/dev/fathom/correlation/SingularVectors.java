// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.correlation;

import dev.fathom.blas.DoubleMatrix;
import dev.fathom.blas.SymmetricEigen;

/**
 * The leading singular values of a matrix, descending, with one vector per row.
 *
 * @param left count × rows; a row is zero if its singular value is
 * @param right count × columns; a row is zero if its singular value is
 */
@SuppressWarnings("ArrayRecordComponent")
record SingularVectors(double[] values, double[] left, double[] right) {

  /**
   * Decomposes a matrix by the eigenvectors of the smaller of its two Gram matrices. Singular
   * values below 1e-8 of the largest are lost to rounding.
   *
   * @param matrix rows × columns
   * @param most largest number of singular values
   */
  static SingularVectors of(double[] matrix, int rows, int columns, int most) {
    DoubleMatrix m = DoubleMatrix.of(matrix, 0, rows, columns);
    boolean tall = rows >= columns;
    DoubleMatrix narrow = tall ? m : m.transposed();
    int size = Math.min(rows, columns);
    int other = Math.max(rows, columns);
    double[] product = new double[size * size];
    DoubleMatrix.of(product, 0, size, size).setProduct(narrow.transposed(), narrow);
    double[] ascending = SymmetricEigen.vectors(product, size);
    int count = Math.min(most, size);
    double[] values = new double[count];
    double[] ofSmaller = new double[count * size];
    for (int k = 0; k < count; k++) {
      values[k] = Math.sqrt(Math.max(0, ascending[size - 1 - k]));
      System.arraycopy(product, (size - 1 - k) * size, ofSmaller, k * size, size);
    }
    double[] ofLarger = new double[count * other];
    DoubleMatrix.of(ofLarger, 0, count, other)
        .setProduct(DoubleMatrix.of(ofSmaller, 0, count, size), narrow.transposed());
    for (int i = 0; i < ofLarger.length; i++) {
      double value = values[i / other];
      ofLarger[i] = value > 0 ? ofLarger[i] / value : 0;
    }
    return new SingularVectors(values, tall ? ofLarger : ofSmaller, tall ? ofSmaller : ofLarger);
  }
}
