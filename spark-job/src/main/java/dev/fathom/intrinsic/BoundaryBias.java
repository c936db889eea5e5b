// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

import dev.fathom.intrinsic.neighbours.NeighbourSearch;
import dev.fathom.intrinsic.points.Points;
import dev.fathom.random.RandomStream;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** Corrects a dimension that is estimated too low because the cloud has a boundary. */
final class BoundaryBias {

  /*
   * Estimators that read neighbours take the density for constant around every point. At the rim of
   * a cloud there are none on one side, and the share of points at the rim grows with the dimension
   * and falls slowly with their number: of 2,000 points in a cube of five dimensions the estimate
   * is 4.6. So the plateau is held to what uniform balls of d = 1, 2, … dimensions read at the same
   * scales with as many points, and its dimension is the d that reads the same, linear in between.
   *
   * The rim is as thick as a neighbourhood, whose radius goes with (n1/n)^(1/d), and so does the
   * deficit 1 − reading/d. Balls therefore have REFERENCE points at most, and what they lack is
   * scaled by that law.
   *
   * A cloud that is denser in the middle, as a Gaussian, or has no rim, as a sphere, reads less low
   * than a ball: for it this is somewhat too much, by 0.1 to 0.3 at five dimensions, by one or two
   * at ten, about what it was too little before.
   */
  private static final int REFERENCE = 4096;
  private static final int DRAWS = 2;

  /** Largest number of dimensions; a few thousand points cannot tell larger ones apart. */
  private static final int LARGEST = 256;

  private static final long SEED = 1;
  private static final int LARGEST_CACHE = 4096;
  private static final Map<Ball, Double> DEFICITS = new ConcurrentHashMap<>();

  /** Number of points of the smaller balls, which are enough for the ends of an interval. */
  private static final int ROUGH_REFERENCE = 1024;

  private final int fromN1;
  private final int toN1;
  private final int points;
  private final int width;
  private final int most;

  private record Ball(int points, int dimension, int n1) {}

  private BoundaryBias(int fromN1, int toN1, int points, int width, int most) {
    this.fromN1 = fromN1;
    this.toN1 = toN1;
    this.points = points;
    this.width = width;
    this.most = most;
  }

  /**
   * Returns the corrected dimension of a plateau.
   *
   * @param points number of measured points
   * @param width number of coordinates, which bounds the dimension
   */
  static double corrected(Plateau plateau, int points, int width) {
    return new BoundaryBias(plateau.fromN1(), plateau.toN1(), points, width, REFERENCE)
        .dimension(plateau.estimate());
  }

  /** Returns the dimension at one scale, corrected by smaller balls, with an error of about 2 %. */
  static double roughlyCorrected(ScaleEstimate scale, int points, int width) {
    return new BoundaryBias(scale.n1(), scale.n1(), points, width, ROUGH_REFERENCE)
        .dimension(scale.estimate());
  }

  /**
   * Returns the dimension with this reading, interpolated between the last ball that reads less and
   * the first that does not.
   */
  private double dimension(double reading) {
    // A ball reads at most its own dimension, except by chance, and the reading rises with the
    // dimension.
    int less = Math.max(0, (int) reading - 1);
    int enough = Math.min(width, less + 1);
    for (int step = 1; enough < width && reading(enough) < reading; step *= 2) {
      less = enough;
      enough = Math.min(Math.min(width, LARGEST), enough + step);
      if (enough == LARGEST) {
        break;
      }
    }
    while (enough - less > 1) {
      int middle = (less + enough) / 2;
      if (reading(middle) < reading) {
        less = middle;
      } else {
        enough = middle;
      }
    }
    double below = less == 0 ? 0 : reading(less);
    double at = reading(enough);
    double share = at > below ? Math.max(0, Math.min(1, (reading - below) / (at - below))) : 1;
    return Math.max(reading, less + share);
  }

  /** The reading of a d-dimensional ball over the scales. */
  private double reading(int d) {
    double[] readings =
        IntStream.iterate(fromN1, n1 -> n1 <= toN1, n1 -> 2 * n1)
            .mapToDouble(n1 -> d * (1 - deficit(d, n1)))
            .sorted()
            .toArray();
    return readings[readings.length / 2];
  }

  private double deficit(int d, int n1) {
    int reference = Math.min(most, points);
    int n1OfReference =
        Math.max(1, (int) Math.min(reference / 4, Math.round((double) n1 * reference / points)));
    double scale = ((double) n1 / points) / ((double) n1OfReference / reference);
    if (DEFICITS.size() > LARGEST_CACHE) {
      DEFICITS.clear();
    }
    return DEFICITS.computeIfAbsent(
            new Ball(reference, d, n1OfReference), BoundaryBias::deficitOfBall)
        * Math.pow(scale, 1.0 / d);
  }

  private static double deficitOfBall(Ball ball) {
    double mean =
        IntStream.range(0, DRAWS)
            .mapToDouble(
                draw -> {
                  Points drawn = ball(ball.points(), ball.dimension(), draw);
                  return Gride.of(NeighbourSearch.search(drawn, 2 * ball.n1()), ball.n1())
                      .estimate()
                      .orElse(ball.dimension());
                })
            .average()
            .getAsDouble();
    return Math.max(0, 1 - mean / ball.dimension());
  }

  /** Draws points uniformly from the unit ball. */
  static Points ball(int n, int d, long draw) {
    RandomGenerator random = RandomStream.of(SEED, "ball", n, d, draw);
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
}
