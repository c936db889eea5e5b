// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.blas;

import dev.ludovic.netlib.lapack.LAPACK;
import dev.ludovic.netlib.lapack.NativeLAPACK;
import java.util.Arrays;
import java.util.Optional;
import java.util.logging.Level;
import org.apache.commons.math3.exception.MathRuntimeException;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.EigenDecomposition;
import org.netlib.util.intW;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Eigenvalues and eigenvectors of a symmetric matrix, by LAPACK's {@code dsyevd} in the same native
 * library as {@link Blas}, or in Java where that does not load.
 */
public final class SymmetricEigen {
  private static final Logger LOG = LoggerFactory.getLogger(SymmetricEigen.class);
  private static final java.util.logging.Logger NETLIB_LOG =
      java.util.logging.Logger.getLogger("dev.ludovic.netlib.lapack.InstanceBuilder");
  private static final String LIBRARY_PATH = "dev.ludovic.netlib.lapack.nativeLibPath";
  private static final Optional<LAPACK> NATIVE = load();

  private SymmetricEigen() {}

  /**
   * The eigenvalues, ascending.
   *
   * @param matrix n × n, symmetric; overwritten
   * @throws ArithmeticException if they do not converge, which takes NaN or infinite values
   */
  public static double[] values(double[] matrix, int n) {
    return solve("N", matrix, n, 1 + 2 * n, 1);
  }

  /**
   * The eigenvalues, ascending, and the eigenvectors of length one.
   *
   * @param matrix n × n, symmetric; becomes the eigenvectors, a row each, in the order of the
   *     values
   * @throws ArithmeticException if they do not converge
   */
  public static double[] vectors(double[] matrix, int n) {
    return solve("V", matrix, n, 1 + 6 * n + 2 * n * n, 3 + 5 * n);
  }

  private static double[] solve(String job, double[] matrix, int n, int work, int integerWork) {
    if (NATIVE.isEmpty()) {
      return solveInJava(matrix, n);
    }
    Blas.useOneThread();
    double[] values = new double[n];
    intW info = new intW(0);
    // Column-major eigenvectors are row-major rows, and a symmetric matrix is its own transpose.
    NATIVE
        .get()
        .dsyevd(
            job,
            "U",
            n,
            matrix,
            n,
            values,
            new double[work],
            work,
            new int[integerWork],
            integerWork,
            info);
    if (info.val != 0) {
      throw new ArithmeticException("the eigenvalues of a matrix do not converge");
    }
    return values;
  }

  static double[] solveInJava(double[] matrix, int n) {
    double[][] rows = new double[n][];
    for (int i = 0; i < n; i++) {
      rows[i] = Arrays.copyOfRange(matrix, i * n, (i + 1) * n);
      for (int j = 0; j < i; j++) {
        // One that is not symmetric to the last bit would be taken for a general matrix.
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

  private static Optional<LAPACK> load() {
    NETLIB_LOG.setLevel(Level.OFF);
    if (!Blas.isNative()) {
      return Optional.empty();
    }
    try {
      if (System.getProperty(LIBRARY_PATH) == null) {
        System.setProperty(LIBRARY_PATH, System.getProperty(Blas.LIBRARY_PATH));
      }
      return Optional.of(NativeLAPACK.getInstance());
    } catch (RuntimeException | LinkageError e) {
      LOG.warn("No native LAPACK ({}); eigenvalues in Java, several times slower", e.toString());
      return Optional.empty();
    }
  }
}
