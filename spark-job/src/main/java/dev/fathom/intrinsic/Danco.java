// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

import dev.fathom.blas.DoubleMatrix;
import dev.fathom.intrinsic.neighbours.NeighbourSearch;
import dev.fathom.intrinsic.neighbours.Neighbours;
import dev.fathom.intrinsic.points.Points;
import dev.fathom.intrinsic.points.PreparedPoints;
import dev.fathom.random.RandomStream;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import org.apache.commons.math3.analysis.solvers.BrentSolver;
import org.apache.commons.math3.special.Gamma;
import org.apache.commons.math3.util.CombinatoricsUtils;

/**
 * Dimensionality from angle and norm concentration (DANCo) of Ceruti and others (2014): the
 * dimension of the ball whose neighbourhoods are most like those of the cloud.
 */
final class Danco {

  /*
   * Two things concentrate as dimensions grow. The distance to the nearest neighbour over that to
   * the (k+1)-th, ρ, has the likelihood k·d·ρ^(d−1)·(1 − ρ^d)^(k−1), whose maximum is d̂; and the
   * angles between neighbours, as seen from the point, gather about 90° as a von Mises
   * distribution with mean ν and concentration τ, fitted at every point and averaged.
   *
   * The same three figures are taken of as many points drawn uniformly from the unit ball of every
   * dimension, and the result is the dimension at which the Kullback–Leibler divergence of the
   * two,
   *
   *   H_k·q − log q − (k−1)·Σ_{i=0}^{k} (−1)^i·C(k,i)·ψ(1 + i/q),   q = d̂_ball/d̂, H_k = Σ 1/i,
   *   + log(I₀(τ_ball)/I₀(τ)) + I₁(τ)/I₀(τ)·(τ − τ_ball·cos(ν − ν_ball)),
   *
   * is least: with the bias that boundary and number of points cause gone, as both have it. Between
   * whole numbers by the parabola through the three least.
   *
   * Cost: a search of neighbours for every dimension tried; they are tried upwards until the
   * divergence has risen RISES times in a row. Balls are kept, as blocks of a cloud need the same.
   */
  static final int NEIGHBOURS = 10;
  private static final int RISES = 3;
  private static final double SMALLEST = 1e-3;
  private static final double LARGEST = 1e3;
  private static final double RELATIVE_ERROR = 1e-14;
  private static final int MOST_STEPS = 200;

  /**
   * Largest mean resultant length; ten neighbours in one direction, as on a line, would make τ
   * infinite.
   */
  private static final double LARGEST_RESULTANT = 0.99;

  private static final int LARGEST_CACHE = 1024;
  private static final Map<Ball, Figures> BALLS = new ConcurrentHashMap<>();

  private Danco() {}

  private record Ball(int points, int dimension, long seed) {}

  private record Figures(double dimension, double angle, double concentration) {

    /** Averages the figures of all points except one group. */
    static Figures of(LocalFigures around, int group, int groups) {
      int n = around.logRatios.length;
      double[] logRatios = new double[n];
      int kept = 0;
      double angle = 0;
      double concentration = 0;
      for (int i = 0; i < n; i++) {
        if (i % groups != group) {
          logRatios[kept++] = around.logRatios[i];
          angle += around.angles[i];
          concentration += around.concentrations[i];
        }
      }
      return new Figures(
          normDimension(Arrays.copyOf(logRatios, kept)), angle / kept, concentration / kept);
    }
  }

  /** The figures of each point's neighbourhood. */
  @SuppressWarnings("ArrayRecordComponent")
  private record LocalFigures(double[] logRatios, double[] angles, double[] concentrations) {

    static LocalFigures of(Cloud cloud) {
      return of(cloud.points(), cloud.neighbours(NEIGHBOURS + 1));
    }

    static LocalFigures of(Points points, Neighbours neighbours) {
      int n = points.count();
      int d = points.dimension();
      LocalFigures around = new LocalFigures(new double[n], new double[n], new double[n]);
      Neighbourhood neighbourhood = new Neighbourhood(points, neighbours, NEIGHBOURS);
      double[] gram = new double[NEIGHBOURS * NEIGHBOURS];
      for (int i = 0; i < n; i++) {
        around.logRatios[i] =
            Math.log(neighbours.distance(i, 1) / neighbours.distance(i, NEIGHBOURS + 1));
        double[] v = neighbourhood.fromPoint(i);
        DoubleMatrix.of(gram, 0, NEIGHBOURS, NEIGHBOURS)
            .setProduct(
                DoubleMatrix.of(v, 0, NEIGHBOURS, d),
                DoubleMatrix.of(v, 0, NEIGHBOURS, d).transposed());
        double cosines = 0;
        double sines = 0;
        for (int a = 0; a < NEIGHBOURS; a++) {
          for (int b = a + 1; b < NEIGHBOURS; b++) {
            double cosine =
                gram[a * NEIGHBOURS + b]
                    / Math.sqrt(gram[a * NEIGHBOURS + a] * gram[b * NEIGHBOURS + b]);
            double bounded = Math.max(-1, Math.min(1, cosine));
            cosines += bounded;
            sines += Math.sqrt(1 - bounded * bounded);
          }
        }
        int pairs = NEIGHBOURS * (NEIGHBOURS - 1) / 2;
        around.angles[i] = Math.atan2(sines, cosines);
        around.concentrations[i] = concentration(Math.hypot(cosines, sines) / pairs);
      }
      return around;
    }
  }

  /** The estimate; NaN if the distances allow none. */
  static double estimate(Cloud cloud) {
    if (cloud.count() <= NEIGHBOURS + 1) {
      return Double.NaN;
    }
    return closest(cloud, Figures.of(LocalFigures.of(cloud), -1, 1));
  }

  /** The standard error, from the estimates with groups of points left out. */
  static double standardError(Cloud cloud, int groups) {
    LocalFigures around = LocalFigures.of(cloud);
    double[] without = new double[groups];
    for (int group = 0; group < groups; group++) {
      without[group] = closest(cloud, Figures.of(around, group, groups));
    }
    return Confidence.SHARED_NEIGHBOURS * GroupJackknife.standardError(without);
  }

  /** The dimension of the ball with the closest figures; NaN if the figures are not defined. */
  private static double closest(Cloud cloud, Figures given) {
    if (!Double.isFinite(given.dimension)) {
      return Double.NaN;
    }
    int most = cloud.points().dimension();
    double[] divergences = new double[most + 2];
    int best = 1;
    int tried = 0;
    for (int d = 1; d <= most + 1 && d - best <= RISES; d++) {
      divergences[d] = divergence(given, ball(cloud.count(), d, cloud.seed()));
      tried = d;
      if (divergences[d] < divergences[best]) {
        best = d;
      }
    }
    if (best == 1 || best == tried) {
      return Math.min(best, most);
    }
    double left = divergences[best - 1] - divergences[best];
    double right = divergences[best + 1] - divergences[best];
    return Math.min(most, best + 0.5 * (left - right) / (left + right));
  }

  private static Figures ball(int points, int dimension, long seed) {
    if (BALLS.size() >= LARGEST_CACHE) {
      BALLS.clear();
    }
    return BALLS.computeIfAbsent(
        new Ball(points, dimension, seed),
        ball -> {
          // Some draws may coincide, as the range of floats is short.
          Points drawn = PreparedPoints.of(uniformBall(points, dimension, seed), seed).points();
          Neighbours neighbours = NeighbourSearch.search(drawn, NEIGHBOURS + 1);
          return Figures.of(LocalFigures.of(drawn, neighbours), -1, 1);
        });
  }

  /** Draws points uniformly from the unit ball. */
  private static Points uniformBall(int n, int d, long draw) {
    RandomGenerator random = RandomStream.of(1, "ball", n, d, draw);
    float[] values = new float[n * d];
    double[] direction = new double[d];
    for (int i = 0; i < n; i++) {
      Arrays.setAll(direction, c -> random.nextGaussian());
      double squares = Arrays.stream(direction).map(v -> v * v).sum();
      double radius = Math.pow(random.nextDouble(), 1.0 / d) / Math.sqrt(squares);
      for (int c = 0; c < d; c++) {
        values[i * d + c] = (float) (radius * direction[c]);
      }
    }
    return Points.of(values, n, d);
  }

  /** The maximum likelihood d of the ratios ρ; NaN if all are 1. */
  private static double normDimension(double[] logRatios) {
    if (!(score(logRatios, SMALLEST) > 0 && score(logRatios, LARGEST) < 0)) {
      return Double.NaN;
    }
    return Math.exp(
        new BrentSolver(RELATIVE_ERROR, RELATIVE_ERROR)
            .solve(
                MOST_STEPS,
                logarithm -> score(logRatios, Math.exp(logarithm)),
                Math.log(SMALLEST),
                Math.log(LARGEST)));
  }

  /** d times the derivative of the log likelihood, which falls as d grows. */
  private static double score(double[] logRatios, double d) {
    double sum = logRatios.length;
    for (double log : logRatios) {
      sum +=
          log == 0 ? NEIGHBOURS - 1 : d * log - (NEIGHBOURS - 1) * d * log / Math.expm1(-d * log);
    }
    return sum;
  }

  /**
   * The concentration τ for a mean resultant length η, by the usual approximation (Fisher 1993).
   */
  private static double concentration(double resultant) {
    double eta = Math.min(resultant, LARGEST_RESULTANT);
    if (eta < 0.53) {
      return 2 * eta + Math.pow(eta, 3) + 5 * Math.pow(eta, 5) / 6;
    }
    return eta < 0.85
        ? -0.4 + 1.39 * eta + 0.43 / (1 - eta)
        : 1 / (Math.pow(eta, 3) - 4 * eta * eta + 3 * eta);
  }

  private static double divergence(Figures given, Figures ball) {
    double q = ball.dimension / given.dimension;
    double harmonic = 0;
    double sum = 0;
    for (int i = 0; i <= NEIGHBOURS; i++) {
      harmonic += i == 0 ? 0 : 1.0 / i;
      double term =
          CombinatoricsUtils.binomialCoefficientDouble(NEIGHBOURS, i) * Gamma.digamma(1 + i / q);
      sum += i % 2 == 0 ? term : -term;
    }
    double norms = harmonic * q - Math.log(q) - (NEIGHBOURS - 1) * sum;
    double angles =
        logBessel(0, ball.concentration)
            - logBessel(0, given.concentration)
            + Math.exp(logBessel(1, given.concentration) - logBessel(0, given.concentration))
                * (given.concentration - ball.concentration * Math.cos(given.angle - ball.angle));
    return norms + angles;
  }

  /** log I_order(x), x &gt; 0, by its series, whose terms are all positive. */
  private static double logBessel(int order, double x) {
    double halfSquared = x * x / 4;
    double term = order == 0 ? 1 : x / 2;
    double sum = term;
    double scale = 0;
    for (int m = 1; term > 1e-17 * sum; m++) {
      term *= halfSquared / (m * (double) (m + order));
      sum += term;
      if (sum > 1e200) {
        sum *= 1e-200;
        term *= 1e-200;
        scale += 200 * Math.log(10);
      }
    }
    return Math.log(sum) + scale;
  }
}
