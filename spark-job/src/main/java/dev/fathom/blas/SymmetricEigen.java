// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.blas;

import dev.ludovic.netlib.lapack.JavaLAPACK;
import dev.ludovic.netlib.lapack.LAPACK;
import dev.ludovic.netlib.lapack.NativeLAPACK;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.netlib.util.intW;

/**
 * Eigenvalues and eigenvectors of a symmetric matrix, by LAPACK's {@code dsyevd} in the same native
 * library as {@link Blas}, or in Java where that does not load.
 */
public final class SymmetricEigen {
  private static final Logger NETLIB_LOG =
      Logger.getLogger("dev.ludovic.netlib.lapack.InstanceBuilder");
  private static final LAPACK IMPLEMENTATION = load();

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
    double[] values = new double[n];
    intW info = new intW(0);
    // Column-major eigenvectors are row-major rows, and a symmetric matrix is its own transpose.
    IMPLEMENTATION.dsyevd(
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

  private static LAPACK load() {
    NETLIB_LOG.setLevel(Level.OFF);
    if (!Blas.isNative()) {
      return JavaLAPACK.getInstance();
    }
    String path = "dev.ludovic.netlib.lapack.nativeLibPath";
    if (System.getProperty(path) == null) {
      System.setProperty(path, System.getProperty(Blas.LIBRARY_PATH));
    }
    try {
      return NativeLAPACK.getInstance();
    } catch (RuntimeException | LinkageError e) {
      return JavaLAPACK.getInstance();
    }
  }
}
