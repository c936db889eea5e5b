// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic.neighbours;

import dev.fathom.intrinsic.points.Points;
import dev.fathom.intrinsic.points.PrincipalComponents;

/** Chooses how many principal axes a search compares first. */
final class SearchRank {

  /*
   * Few coordinates make the product cheap and let more pairs through to be measured. What a number
   * of coordinates costs is tried on QUERIES points against SAMPLE: a multiplication of r+1
   * coordinates for every pair, and MEASUREMENT such terms, as timed, for a pair let through, of
   * which a search under way meets about PREMATURE times as many as at its end.
   */
  private static final int SMALLEST_CLOUD = 2048;
  private static final int SAMPLE = 65_536;
  private static final int QUERIES = 12;
  private static final int STEP = 8;
  private static final double MEASUREMENT = 1500;
  private static final double PREMATURE = 4;

  private SearchRank() {}

  /**
   * Returns the number of axes, 1 … d; it is d if fewer would be no faster.
   *
   * @param points points in random order
   * @param k number of neighbours, 1 … n−1
   */
  static int choose(Points points, PrincipalComponents axes, int k) {
    int n = Math.min(SAMPLE, points.count());
    int d = points.dimension();
    SearchSpace space = SearchSpace.of(n < points.count() ? points.range(0, n) : points, axes, d);
    long[] passed = new long[(d - 1) / STEP];
    for (int q = 0; q < QUERIES; q++) {
      int query = (int) ((long) q * n / QUERIES);
      countPassed(space, query, reach(space, query, n, k), passed, n);
    }
    int best = d;
    double least = d;
    for (int c = 0; c < passed.length; c++) {
      double excess = passed[c] / ((double) n * QUERIES) - (k + 1.0) / n;
      double cost = (c + 1) * STEP + MEASUREMENT * PREMATURE * excess;
      if (cost < least) {
        least = cost;
        best = (c + 1) * STEP - 1;
      }
    }
    return best;
  }

  /** Whether a trial is worth its cost. */
  static boolean isWorthwhile(Points points) {
    return points.count() >= SMALLEST_CLOUD && points.dimension() > STEP;
  }

  /** The squared distance of a point to its k-th neighbour. */
  private static double reach(SearchSpace space, int query, int n, int k) {
    int d = space.width();
    float[] values = space.coordinates();
    PartialNeighbours nearest = new PartialNeighbours(0, 1, k + 1);
    for (int i = 0; i < n; i++) {
      double sum = 0;
      for (int axis = 0; axis < d; axis++) {
        double difference = values[query * d + axis] - values[i * d + axis];
        sum += difference * difference;
      }
      nearest.offer(0, sum, i);
    }
    return nearest.worst(0);
  }

  /** Counts for each number of axes the points whose lower bound is within reach of the query. */
  private static void countPassed(
      SearchSpace space, int query, double reach, long[] passed, int n) {
    int d = space.width();
    float[] values = space.coordinates();
    double[] rests = new double[passed.length];
    double rest = space.squares()[query];
    for (int axis = 0, c = 0; c < rests.length; axis++) {
      rest -= (double) values[query * d + axis] * values[query * d + axis];
      if (axis == (c + 1) * STEP - 2) {
        rests[c++] = Math.sqrt(Math.max(0, rest));
      }
    }
    for (int i = 0; i < n; i++) {
      double sum = 0;
      rest = space.squares()[i];
      for (int axis = 0, c = 0; c < rests.length && sum <= reach; axis++) {
        double value = values[i * d + axis];
        double difference = values[query * d + axis] - value;
        sum += difference * difference;
        rest -= value * value;
        if (axis == (c + 1) * STEP - 2) {
          double apart = rests[c] - Math.sqrt(Math.max(0, rest));
          passed[c++] += sum + apart * apart <= reach ? 1 : 0;
        }
      }
    }
  }
}
