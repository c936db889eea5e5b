// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.blas;

import dev.ludovic.netlib.blas.BLAS;
import dev.ludovic.netlib.blas.JavaBLAS;
import dev.ludovic.netlib.blas.NativeBLAS;
import java.io.File;
import java.util.Arrays;
import java.util.Comparator;
import java.util.logging.Level;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Multiplies {@link Matrix} and {@link DoubleMatrix} views without copying them.
 *
 * <p>netlib's JNI pins the arrays (JavaCPP's own {@code cblas_sgemm(float[])} would copy them in
 * and out at every call) and uses the OpenBLAS that comes with ND4J's natives. Where no native
 * library loads, netlib's pure Java implementation is used. A task multiplies on one thread: Spark
 * runs one task per core, and more threads than cores were slower.
 */
public final class Blas {
  private static final Logger LOG = LoggerFactory.getLogger(Blas.class);
  private static final java.util.logging.Logger NETLIB_LOG =
      java.util.logging.Logger.getLogger("dev.ludovic.netlib.blas.InstanceBuilder");
  private static final String LIBRARY_PATH = "dev.ludovic.netlib.blas.nativeLibPath";
  private static final BLAS IMPLEMENTATION = load();
  private static final ThreadLocal<Boolean> ON_ONE_THREAD = ThreadLocal.withInitial(() -> false);

  private Blas() {}

  /** {@code c ← α·a·b + β·c}. */
  static void multiply(float alpha, Matrix a, Matrix b, float beta, Matrix c) {
    useOneThreadAtFirst();
    // A row-major matrix is its transpose read column-major: Cᵀ = op(B)ᵀ·op(A)ᵀ, so only the
    // operands are swapped.
    IMPLEMENTATION.sgemm(
        b.isTransposed() ? "T" : "N",
        a.isTransposed() ? "T" : "N",
        c.columns(),
        c.rows(),
        a.width(),
        alpha,
        b.array(),
        b.offset(),
        b.stride(),
        a.array(),
        a.offset(),
        a.stride(),
        beta,
        c.array(),
        c.offset(),
        c.stride());
  }

  /** {@code c ← α·a·b + β·c} in double precision. */
  static void multiply(double alpha, DoubleMatrix a, DoubleMatrix b, double beta, DoubleMatrix c) {
    useOneThreadAtFirst();
    IMPLEMENTATION.dgemm(
        b.isTransposed() ? "T" : "N",
        a.isTransposed() ? "T" : "N",
        c.columns(),
        c.rows(),
        a.width(),
        alpha,
        b.array(),
        b.offset(),
        b.stride(),
        a.array(),
        a.offset(),
        a.stride(),
        beta,
        c.array(),
        c.offset(),
        c.stride());
  }

  /** Whether the native library has been loaded. */
  static boolean isNative() {
    return IMPLEMENTATION instanceof NativeBLAS;
  }

  /**
   * Makes the library run this thread's calls on this thread alone, even if another library has set
   * more threads.
   */
  public static void useOneThread() {
    if (isNative()) {
      openblas_nolapack.blas_set_num_threads(1);
      ON_ONE_THREAD.set(true);
    }
  }

  /** Calls {@link #useOneThread} unless this thread has called the library before. */
  static void useOneThreadAtFirst() {
    if (!ON_ONE_THREAD.get()) {
      useOneThread();
    }
  }

  private static BLAS load() {
    // netlib warns that Java's incubating vectors are not enabled, which only its fallback would
    // use.
    NETLIB_LOG.setLevel(Level.OFF);
    try {
      if (System.getProperty(LIBRARY_PATH) == null) {
        // The JavaCPP binding is in its cache, beside the library that it wraps.
        File binding = new File(Loader.load(openblas_nolapack.class));
        System.setProperty(LIBRARY_PATH, library(binding.getParentFile()).getPath());
      }
      return NativeBLAS.getInstance();
    } catch (RuntimeException | LinkageError e) {
      LOG.warn("No native OpenBLAS ({}); multiplying in Java, several times slower", e.toString());
      return JavaBLAS.getInstance();
    }
  }

  private static File library(File directory) {
    File[] found =
        directory.listFiles(
            (parent, name) -> name.matches("(lib)?openblas[^/]*\\.(so(\\.\\d+)?|dylib|dll)"));
    if (found == null || found.length == 0) {
      throw new IllegalStateException("no OpenBLAS library in " + directory);
    }
    // The binding makes a link named after itself to the copy that it has loaded and whose threads
    // it sets.
    Arrays.sort(
        found,
        Comparator.comparing((File file) -> !file.getName().contains("nolapack"))
            .thenComparing(File::getName));
    return found[0];
  }
}
