// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

import dev.fathom.blas.DoubleMatrix;
import dev.fathom.intrinsic.neighbours.Neighbours;
import dev.fathom.intrinsic.points.Points;
import java.util.Arrays;
import java.util.Optional;
import org.apache.commons.math3.stat.correlation.PearsonsCorrelation;
import org.apache.commons.math3.stat.descriptive.DescriptiveStatistics;

/** The figures of a cloud from which {@link DimensionNetwork} reads its dimension. */
final class CloudFigures {

  /*
   * Estimators of the dimension take the cloud for flat, of constant density and without an end,
   * and fail in different ways where it is not. Side by side their differences tell what the cloud
   * is like:
   *
   *   scales     Gride at n1 = 1, 2, 4, 8 and Levina–Bickel with 10 neighbours, against b, that
   *              with 20: noise, curvature, the rim
   *   angles     between the neighbours as seen from a point. In d flat dimensions the mean of cos²
   *              is 1/d (Thordsen and Schubert 2020), whatever the density along a ray; the mean of
   *              cos grows towards a rim
   *   density    the spread of the distance to the 20th neighbour, times b; how dimension, density
   *              and angles go together from point to point
   *   shape      the spread of the distances from the mean of all points, and how the dimension and
   *              the density go with them
   *   hubs       how unevenly points are neighbours of others, which grows with the dimension
   *
   * None changes when the cloud is moved, turned, scaled or padded with constant columns.
   */
  static final int NEIGHBOURS = 20;

  /** Number of points from which on the figures are those of a cloud. */
  private static final int LEAST = 64;

  private static final int HALF = NEIGHBOURS / 2;

  /** Number of points that are enough for the figures. */
  private static final int SAMPLE = 4096;

  private final Points points;
  private final Neighbours neighbours;
  private final int n;

  /** log m̂(x), by Levina and Bickel. */
  private final double[] dimensions;

  /** log of the distance to the last neighbour. */
  private final double[] radii;

  /** log of the mean of cos² between neighbours. */
  private final double[] squaredCosines;

  /** The mean of cos between neighbours. */
  private final double[] cosines;

  private CloudFigures(Cloud sample) {
    points = sample.points();
    neighbours = sample.neighbours(NEIGHBOURS);
    n = sample.count();
    dimensions = new double[n];
    radii = new double[n];
    squaredCosines = new double[n];
    cosines = new double[n];
  }

  /**
   * Computes the figures of a {@link CleanCloud}.
   *
   * @return first the logarithm of Levina–Bickel's estimate; NaN where the distances allow no
   *     figure; empty if there are fewer than {@value #LEAST} points
   */
  static Optional<double[]> of(Cloud cloud) {
    return Optional.of(cloud)
        .filter(CloudFigures::suffices)
        .map(given -> CleanCloud.of(given.first(SAMPLE, NEIGHBOURS), NEIGHBOURS))
        .filter(CloudFigures::suffices)
        .map(sample -> new CloudFigures(sample).all());
  }

  private static boolean suffices(Cloud cloud) {
    return cloud.count() >= LEAST;
  }

  private double[] all() {
    for (int i = 0; i < n; i++) {
      dimensions[i] = -Math.log(LevinaBickel.inverse(neighbours, i, NEIGHBOURS));
      radii[i] = Math.log(neighbours.distance(i, NEIGHBOURS));
    }
    readAngles();
    double[] shape = logDistancesFromTheMean();
    double[] hubs = hubs();
    DescriptiveStatistics local = new DescriptiveStatistics(dimensions);
    DescriptiveStatistics density = new DescriptiveStatistics(radii);
    DescriptiveStatistics cosine = new DescriptiveStatistics(cosines);
    DescriptiveStatistics squared = new DescriptiveStatistics(squaredCosines);
    double b = Math.log(LevinaBickel.estimate(neighbours, NEIGHBOURS));
    return new double[] {
      b,
      logGride(1) - b,
      logGride(2) - b,
      logGride(4) - b,
      logGride(8) - b,
      Math.log(LevinaBickel.estimate(neighbours, HALF)) - b,
      -Math.log(Arrays.stream(squaredCosines).map(Math::exp).average().getAsDouble()) - b,
      -squared.getMean() - b,
      squared.getStandardDeviation(),
      cosine.getMean(),
      cosine.getStandardDeviation(),
      local.getStandardDeviation(),
      local.getSkewness(),
      local.getKurtosis(),
      density.getStandardDeviation() * Math.exp(b),
      density.getSkewness(),
      correlation(squaredCosines, dimensions),
      correlation(cosines, dimensions),
      correlation(cosines, radii),
      correlation(dimensions, radii),
      new DescriptiveStatistics(shape).getStandardDeviation(),
      correlation(shape, dimensions),
      correlation(shape, radii),
      Math.log1p(new DescriptiveStatistics(hubs).getStandardDeviation()),
      Arrays.stream(hubs).filter(times -> times == 0).count() / (double) n,
      mutual(),
      Math.log(n)
    };
  }

  private double logGride(int n1) {
    return Math.log(Gride.of(neighbours, n1).estimate().orElse(Double.NaN));
  }

  private void readAngles() {
    int k = NEIGHBOURS;
    int d = points.dimension();
    Neighbourhood neighbourhood = new Neighbourhood(points, neighbours, k);
    double[] gram = new double[k * k];
    for (int i = 0; i < n; i++) {
      double[] v = neighbourhood.fromPoint(i);
      for (int j = 0; j < k; j++) {
        double distance = neighbours.distance(i, j + 1);
        for (int c = j * d; c < (j + 1) * d; c++) {
          v[c] /= distance;
        }
      }
      DoubleMatrix.of(gram, 0, k, k)
          .setProduct(DoubleMatrix.of(v, 0, k, d), DoubleMatrix.of(v, 0, k, d).transposed());
      double sum = 0;
      double squares = 0;
      for (int a = 0; a < k; a++) {
        for (int b = a + 1; b < k; b++) {
          sum += gram[a * k + b];
          squares += gram[a * k + b] * gram[a * k + b];
        }
      }
      int pairs = k * (k - 1) / 2;
      cosines[i] = sum / pairs;
      squaredCosines[i] = Math.log(squares / pairs);
    }
  }

  private double[] logDistancesFromTheMean() {
    int d = points.dimension();
    double[] mean = new double[d];
    for (int i = 0; i < n; i++) {
      for (int c = 0; c < d; c++) {
        mean[c] += points.value(i, c) / (double) n;
      }
    }
    double[] logs = new double[n];
    for (int i = 0; i < n; i++) {
      double squares = 0;
      for (int c = 0; c < d; c++) {
        double off = points.value(i, c) - mean[c];
        squares += off * off;
      }
      logs[i] = Math.log(Math.max(squares, Double.MIN_NORMAL)) / 2;
    }
    return logs;
  }

  /** How often each point is among the nearest of others. */
  private double[] hubs() {
    double[] times = new double[n];
    for (int i = 0; i < n; i++) {
      for (int j = 1; j <= HALF; j++) {
        times[neighbours.index(i, j)]++;
      }
    }
    return times;
  }

  /** The share of nearest neighbours that have the point among their own nearest. */
  private double mutual() {
    int count = 0;
    for (int i = 0; i < n; i++) {
      for (int j = 1; j <= HALF; j++) {
        int neighbour = neighbours.index(i, j);
        for (int back = 1; back <= HALF; back++) {
          if (neighbours.index(neighbour, back) == i) {
            count++;
            break;
          }
        }
      }
    }
    return count / (double) (n * HALF);
  }

  private static double correlation(double[] a, double[] b) {
    return new PearsonsCorrelation().correlation(a, b);
  }
}
