// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Two parts of a cloud with different dimensions, separated by the dimension around each point.
 *
 * @param lower rows of the part with the smaller dimension, ascending
 * @param higher rows of the part with the larger dimension, ascending
 */
public record DimensionParts(int[] lower, int[] higher) {

  /*
   * The logarithms of the pointwise values are cut where the two groups differ most (Otsu 1979: the
   * cut with the largest variance between the groups). Any cloud can be cut; of one whose values
   * have a single peak the groups explain 64 % of the variance where they are normal, 75 % where
   * they are spread evenly. Two peaks that stand apart explain more.
   */
  private static final double LEAST_EXPLAINED = 0.8;

  /** Smallest ratio of the parts' dimensions; curvature and boundary alone cause a smaller one. */
  private static final double LEAST_RATIO = 1.5;

  private static final double LEAST_SHARE = 0.05;

  /**
   * Cuts a cloud into two parts; empty if it has only one.
   *
   * @param around the dimension around each row, NaN where it was not measured; see {@link
   *     IntrinsicDimension#pointwise}
   */
  public static Optional<DimensionParts> of(double[] around) {
    int[] rows =
        IntStream.range(0, around.length)
            .filter(row -> Double.isFinite(around[row]) && around[row] > 0)
            .toArray();
    double[] sorted =
        Arrays.stream(rows).mapToDouble(row -> Math.log(around[row])).sorted().toArray();
    int n = sorted.length;
    double mean = Arrays.stream(sorted).average().orElse(0);
    double total = Arrays.stream(sorted).map(value -> (value - mean) * (value - mean)).sum();
    int least = (int) Math.max(1, Math.ceil(LEAST_SHARE * n));
    double sum = 0;
    double explained = 0;
    int cut = 0;
    for (int i = 1; i < n; i++) {
      // Centred, so that the sum above the cut is the negative of that below.
      sum += sorted[i - 1] - mean;
      double between = sum * sum / i + sum * sum / (n - i);
      if (i >= least && n - i >= least && between > explained) {
        explained = between;
        cut = i;
      }
    }
    if (cut == 0 || explained < LEAST_EXPLAINED * total) {
      return Optional.empty();
    }
    double below = Arrays.stream(sorted, 0, cut).average().orElseThrow();
    double above = Arrays.stream(sorted, cut, n).average().orElseThrow();
    if (above - below < Math.log(LEAST_RATIO)) {
      return Optional.empty();
    }
    double highest = sorted[cut - 1];
    return Optional.of(
        new DimensionParts(
            Arrays.stream(rows).filter(row -> Math.log(around[row]) <= highest).toArray(),
            Arrays.stream(rows).filter(row -> Math.log(around[row]) > highest).toArray()));
  }
}
