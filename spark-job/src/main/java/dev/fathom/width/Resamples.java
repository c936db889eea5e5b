// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.width;

import dev.fathom.random.RandomStream;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Queries drawn repeatedly with replacement, with the same draws for everything that is compared.
 */
final class Resamples {
  private static final int DRAWS = 1000;
  private static final double TAIL = 0.05;

  /** How many times each draw contains each query. */
  private final short[][] counts;

  /**
   * Makes the draws.
   *
   * @param twice whether the second half of the queries are the partners of the first, which are
   *     drawn with them
   */
  Resamples(int queries, boolean twice, long seed) {
    counts = new short[DRAWS][queries];
    RandomGenerator random = RandomStream.of(seed, "width-resamples");
    for (short[] draw : counts) {
      int drawn = twice ? queries / 2 : queries;
      for (int i = 0; i < drawn; i++) {
        int query = random.nextInt(drawn);
        draw[query]++;
        if (twice) {
          draw[drawn + query]++;
        }
      }
    }
  }

  /** A mean and its 90 % interval. */
  record Mean(double mean, double low, double high) {}

  /** The mean over the queries, given a value for each. */
  Mean of(double[] values) {
    double[] means = new double[DRAWS];
    for (int draw = 0; draw < DRAWS; draw++) {
      double sum = 0;
      for (int i = 0; i < values.length; i++) {
        sum += counts[draw][i] * values[i];
      }
      means[draw] = sum / values.length;
    }
    Arrays.sort(means);
    return new Mean(
        Arrays.stream(values).average().orElse(0),
        means[(int) (TAIL * DRAWS)],
        means[DRAWS - 1 - (int) (TAIL * DRAWS)]);
  }
}
