// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.blas;

/**
 * A {@link Matrix} in double precision.
 *
 * @param offset index of the first number in the array
 * @param rows number of rows as stored, whether transposed or not
 * @param columns numbers in a row as stored
 * @param stride distance in the array from one row to the next
 * @param isTransposed whether the rows stand for columns
 */
public record DoubleMatrix(
    double[] array, int offset, int rows, int columns, int stride, boolean isTransposed) {

  /** Views an array as a matrix whose rows follow each other without gaps. */
  public static DoubleMatrix of(double[] array, int offset, int rows, int columns) {
    return new DoubleMatrix(array, offset, rows, columns, columns, false);
  }

  /** Views some columns of a wider matrix. */
  public static DoubleMatrix of(double[] array, int offset, int rows, int columns, int stride) {
    return new DoubleMatrix(array, offset, rows, columns, stride, false);
  }

  /** Returns the transpose, a view of the same numbers. */
  public DoubleMatrix transposed() {
    return new DoubleMatrix(array, offset, rows, columns, stride, !isTransposed);
  }

  /** Sets this ← a·b. */
  public void setProduct(DoubleMatrix a, DoubleMatrix b) {
    multiply(1, a, b, 0);
  }

  /** Sets this ← this + a·b. */
  public void addProduct(DoubleMatrix a, DoubleMatrix b) {
    multiply(1, a, b, 1);
  }

  /**
   * Sets this ← α·a·b + β·this.
   *
   * @throws IllegalArgumentException if the shapes do not fit, or this is a transpose
   */
  public void multiply(double alpha, DoubleMatrix a, DoubleMatrix b, double beta) {
    if (isTransposed || a.width() != b.height() || rows != a.height() || columns != b.width()) {
      throw new IllegalArgumentException(
          "%d × %d times %d × %d is not %d × %d"
              .formatted(a.height(), a.width(), b.height(), b.width(), rows, columns));
    }
    Blas.multiply(alpha, a, b, beta, this);
  }

  private int height() {
    return isTransposed ? columns : rows;
  }

  int width() {
    return isTransposed ? rows : columns;
  }
}
