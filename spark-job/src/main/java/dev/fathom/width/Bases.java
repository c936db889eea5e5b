// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.width;

import dev.fathom.blas.DoubleMatrix;
import dev.fathom.random.RandomStream;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** The new axes of every reduction, learned from some vectors. */
final class Bases {

  /*
   * Of two sides each is centred by itself, which takes away the gap between them. One side is not
   * centred: its axes are those that keep most of the inner products (Eckart and Young 1936), and
   * all of them together change no cosine.
   *
   * Canonical correlation (Hotelling 1936): with covariances C_xx, C_yy and C_xy, and the singular
   * values ρ of C_xx^−½ C_xy C_yy^−½ = U ρ Vᵀ, the maps ρ^½ Uᵀ C_xx^−½ and ρ^½ Vᵀ C_yy^−½. Their
   * inner product weighs each pair of directions by how far it agrees. A ridge of d/n of the mean
   * variance keeps directions out that n rows know nothing of.
   */
  private static final double LEAST_RIDGE = 1e-6;

  private final int d;
  private final long seed;
  private final float[] x;
  private final float[] y;
  private final boolean paired;

  private Bases(float[] x, float[] y, boolean paired, int d, long seed) {
    this.x = x;
    this.y = y;
    this.paired = paired;
    this.d = d;
    this.seed = seed;
  }

  /** Learns the axes from n pairs, n × d each. */
  static Bases ofPairs(float[] x, float[] y, int d, long seed) {
    return new Bases(x, y, true, d, seed);
  }

  /** Learns the axes from n rows, n × d. */
  static Bases ofOneSide(float[] x, int d, long seed) {
    return new Bases(x, x, false, d, seed);
  }

  /** The maps of both sides. */
  record Maps(LinearMap x, LinearMap y) {}

  /** Returns the maps of a reduction whose axes are learned or drawn. */
  Maps of(Reduction reduction) {
    double[] none = new double[d];
    return switch (reduction) {
      case RANDOM_PROJECTION -> {
        LinearMap random = LinearMap.of(none, randomAxes());
        yield new Maps(random, random);
      }
      case PCA -> {
        double[] meanX = paired ? Moments.mean(x, d) : none;
        double[] meanY = paired ? Moments.mean(y, d) : none;
        double[] axes = Moments.axes(Moments.covariance(x, meanX, x, meanX), d);
        yield new Maps(LinearMap.of(meanX, axes), LinearMap.of(meanY, axes));
      }
      case JOINT_PCA -> {
        double[] meanX = Moments.mean(x, d);
        double[] meanY = Moments.mean(y, d);
        double[] both = Moments.covariance(x, meanX, x, meanX);
        double[] ofY = Moments.covariance(y, meanY, y, meanY);
        for (int i = 0; i < both.length; i++) {
          both[i] += ofY[i];
        }
        double[] axes = Moments.axes(both, d);
        yield new Maps(LinearMap.of(meanX, axes), LinearMap.of(meanY, axes));
      }
      case CANONICAL_CORRELATION -> canonicalCorrelation();
      case TRUNCATION, RANDOM_COLUMNS ->
          throw new IllegalArgumentException(reduction + " keeps the columns");
    };
  }

  private Maps canonicalCorrelation() {
    double[] meanX = Moments.mean(x, d);
    double[] meanY = Moments.mean(y, d);
    double[] ofX = Moments.covariance(x, meanX, x, meanX);
    double[] ofY = Moments.covariance(y, meanY, y, meanY);
    double share = Math.max(LEAST_RIDGE, (double) d * d / x.length);
    DoubleMatrix whiteX = square(Moments.whitening(ofX, d, share * Moments.meanVariance(ofX, d)));
    DoubleMatrix whiteY = square(Moments.whitening(ofY, d, share * Moments.meanVariance(ofY, d)));
    DoubleMatrix common = square(Moments.covariance(x, meanX, y, meanY));
    DoubleMatrix correlation =
        square(Moments.product(square(Moments.product(whiteX, common)), whiteY));
    double[] v = Moments.axes(Moments.product(correlation.transposed(), correlation), d);
    // A row of u is ρ times a left singular vector.
    double[] u = Moments.product(square(v), correlation.transposed());
    for (int i = 0; i < d; i++) {
      double rho = 0;
      for (int c = 0; c < d; c++) {
        rho += u[i * d + c] * u[i * d + c];
      }
      rho = Math.sqrt(rho);
      double root = Math.sqrt(rho);
      for (int c = 0; c < d; c++) {
        u[i * d + c] *= rho > 0 ? root / rho : 0;
        v[i * d + c] *= root;
      }
    }
    return new Maps(
        LinearMap.of(meanX, Moments.product(square(u), whiteX)),
        LinearMap.of(meanY, Moments.product(square(v), whiteY)));
  }

  private DoubleMatrix square(double[] values) {
    return DoubleMatrix.of(values, 0, d, d);
  }

  /** A random rotation: the eigenvectors of a symmetric Gaussian matrix. */
  private double[] randomAxes() {
    RandomGenerator random = RandomStream.of(seed, "random-projection");
    double[] symmetric = new double[d * d];
    for (int i = 0; i < d; i++) {
      for (int j = 0; j <= i; j++) {
        symmetric[i * d + j] = random.nextGaussian() * (i == j ? Math.sqrt(2) : 1);
        symmetric[j * d + i] = symmetric[i * d + j];
      }
    }
    return Moments.axes(symmetric, d);
  }

  /** Draws columns in random order. */
  int[] randomColumns(int draw) {
    int[] columns = IntStream.range(0, d).toArray();
    RandomStream.shuffle(columns, d, RandomStream.of(seed, "random-columns", draw));
    return columns;
  }
}
