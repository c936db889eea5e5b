// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.blas;

import java.util.Arrays;
import org.apache.commons.math3.exception.MathRuntimeException;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.EigenDecomposition;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Eigenvalues and eigenvectors of a symmetric matrix, by the {@code dsyevd} of the OpenBLAS that
 * {@link Blas} multiplies with, or in Java if that does not load.
 *
 * <p>The matrix is copied to memory that begins at a cache line. On some processors OpenBLAS sums
 * up in another order if vectors begin elsewhere, and arrays on the heap may begin anywhere, which
 * gave the same matrix other last bits in every second run.
 */
public final class SymmetricEigen {
  private static final Logger LOG = LoggerFactory.getLogger(SymmetricEigen.class);
  private static final int CACHE_LINE = 64 / Double.BYTES;
  private static final boolean NATIVE = load();

  private SymmetricEigen() {}

  /**
   * Returns the eigenvalues, ascending.
   *
   * @param matrix n × n, symmetric; overwritten
   * @throws ArithmeticException if the iteration does not converge, which happens only with NaN or
   *     infinite values
   */
  public static double[] values(double[] matrix, int n) {
    return solve('N', matrix, n, 1 + 2L * n, 1);
  }

  /**
   * Returns the eigenvalues, ascending, and computes the eigenvectors of length one.
   *
   * @param matrix n × n, symmetric; replaced by the eigenvectors, one per row, in the order of the
   *     values
   * @throws ArithmeticException if the iteration does not converge
   */
  public static double[] vectors(double[] matrix, int n) {
    return solve('V', matrix, n, 1 + 6L * n + 2L * n * n, 3 + 5 * n);
  }

  private static double[] solve(
      char job, double[] matrix, int n, long workLength, int integerLength) {
    if (!NATIVE) {
      return solveInJava(matrix, n);
    }
    Blas.useOneThreadAtFirst();
    long valuesAt = lines((long) n * n);
    long workAt = valuesAt + lines(n);
    double[] values = new double[n];
    try (DoublePointer memory = new DoublePointer(workAt + workLength + CACHE_LINE);
        IntPointer integers = new IntPointer(integerLength)) {
      long first = lines(memory.address() / Double.BYTES) - memory.address() / Double.BYTES;
      DoublePointer vectors = memory.getPointer(first);
      DoublePointer found = memory.getPointer(first + valuesAt);
      DoublePointer work = memory.getPointer(first + workAt);
      vectors.put(matrix, 0, n * n);
      // Column-major eigenvectors are row-major rows, and a symmetric matrix is its own transpose.
      int info =
          openblas.LAPACKE_dsyevd_work(
              openblas.LAPACK_COL_MAJOR,
              (byte) job,
              (byte) 'U',
              n,
              vectors,
              n,
              found,
              work,
              Math.toIntExact(workLength),
              integers,
              integerLength);
      if (info != 0) {
        throw new ArithmeticException("the eigenvalues of a matrix do not converge");
      }
      vectors.get(matrix, 0, n * n);
      found.get(values);
    }
    return values;
  }

  /** Rounds a count of numbers up to whole cache lines. */
  private static long lines(long numbers) {
    return (numbers + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
  }

  static double[] solveInJava(double[] matrix, int n) {
    double[][] rows = new double[n][];
    for (int i = 0; i < n; i++) {
      rows[i] = Arrays.copyOfRange(matrix, i * n, (i + 1) * n);
      for (int j = 0; j < i; j++) {
        // Made symmetric to the last bit, as any other matrix would be treated as a general one.
        rows[i][j] = rows[j][i];
      }
    }
    EigenDecomposition descending;
    try {
      descending = new EigenDecomposition(new Array2DRowRealMatrix(rows, false));
    } catch (MathRuntimeException e) {
      throw new ArithmeticException("the eigenvalues of a matrix do not converge");
    }
    double[] values = new double[n];
    for (int i = 0; i < n; i++) {
      values[i] = descending.getRealEigenvalue(n - 1 - i);
      System.arraycopy(descending.getEigenvector(n - 1 - i).toArray(), 0, matrix, i * n, n);
    }
    return values;
  }

  private static boolean load() {
    if (!Blas.isNative()) {
      return false;
    }
    try {
      Loader.load(openblas.class);
      return true;
    } catch (RuntimeException | LinkageError e) {
      LOG.warn("No native LAPACK ({}); eigenvalues in Java, several times slower", e.toString());
      return false;
    }
  }
}
