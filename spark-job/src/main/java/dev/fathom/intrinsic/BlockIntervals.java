// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.apache.commons.math3.stat.StatUtils;

/** Intervals for estimators, from disjoint blocks of the points. */
final class BlockIntervals {

  /*
   * The points are cut at random into J disjoint blocks, each estimated among its own points only.
   * The blocks are independent, so with s their standard deviation the estimate from all points
   * has standard error s/√J, and the interval is estimate ± t_{J−1}·s/√J.
   *
   * Why not something simpler. A bootstrap with replacement repeats points, and repeated points
   * have neighbours at distance zero. The likelihood's own error, d/√(n(k−1)), takes the points'
   * terms for independent; they share neighbours, and for k = 20 it comes out too small by about
   * 1.45 (measured over replicates of a uniform cube).
   *
   * A block is thinner than the whole, so its neighbours lie farther and its estimate is shifted
   * by the curve of dimension over scale. That shifts the mean, which is not used, and scales the
   * spread with it, so the spread is taken relative to the blocks' mean.
   *
   * Blocks of fewer than 5·k points, or 100, would be all boundary. Where not even two fit (the
   * caller says so), or a block allows no estimate, the likelihood's error stands in, widened by
   * WIDENING for the shared neighbours.
   */
  private static final int POINTS_PER_NEIGHBOUR = 5;
  private static final int SMALLEST_BLOCK = 100;
  private static final double WIDENING = 1.5;

  private final IntrinsicSettings settings;
  private final Map<Integer, List<Cloud>> blocks = new HashMap<>();

  BlockIntervals(IntrinsicSettings settings) {
    this.settings = settings;
  }

  /**
   * Whether a cloud has points enough to be cut into blocks for an estimator that reads k
   * neighbours.
   */
  boolean fit(int points, int k) {
    return count(points, k) > 1;
  }

  private int count(int points, int k) {
    return Math.min(
        settings.resamples(), points / Math.max(SMALLEST_BLOCK, POINTS_PER_NEIGHBOUR * k));
  }

  /**
   * Computes the interval around an estimate.
   *
   * @param cloud the measured cloud, in random order
   */
  DimensionEstimate around(Estimator estimator, double estimate, Cloud cloud) {
    int k = estimator.neighbours(settings.neighbours());
    int groups = settings.resamples();
    double relative =
        Confidence.student(groups - 1)
            * estimator.standardError(cloud, estimate, groups)
            / estimate;
    if (!Double.isFinite(relative) && fit(cloud.count(), k)) {
      relative = relativeHalfWidth(blocks(cloud, k), estimator.with(settings.neighbours()));
    }
    if (!Double.isFinite(relative)) {
      relative =
          Confidence.NORMAL * WIDENING / Math.sqrt((double) cloud.count() * Math.max(1, k - 1));
    }
    double half = estimate * relative;
    return new DimensionEstimate(
        estimator.method(),
        estimate,
        Math.max(0, estimate - half),
        estimate + half,
        cloud.count(),
        k);
  }

  /** Cuts a cloud into blocks of equal size, as some estimators compute a table for each size. */
  private List<Cloud> blocks(Cloud cloud, int k) {
    int count = count(cloud.count(), k);
    int size = cloud.count() / count;
    return blocks.computeIfAbsent(
        size,
        points -> {
          List<Cloud> cut = new ArrayList<>();
          for (int b = 0; b < count; b++) {
            cut.add(cloud.part(b * points, (b + 1) * points, k));
          }
          return cut;
        });
  }

  private static double relativeHalfWidth(List<Cloud> blocks, ToDoubleFunction<Cloud> estimator) {
    double[] estimates = blocks.stream().mapToDouble(estimator).toArray();
    double relativeSpread = Math.sqrt(StatUtils.variance(estimates)) / StatUtils.mean(estimates);
    return Confidence.student(estimates.length - 1) * relativeSpread / Math.sqrt(estimates.length);
  }
}
