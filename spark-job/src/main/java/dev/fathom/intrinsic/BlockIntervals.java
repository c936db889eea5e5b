// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.apache.commons.math3.stat.StatUtils;

/** Intervals for estimators of neighbour distances, from disjoint blocks of the points. */
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
   * Blocks of fewer than 3·k points would be all boundary. Where not even two fit (the
   * caller says so), or a block allows no estimate, the likelihood's error stands in, widened by
   * WIDENING for the shared neighbours.
   */
  private static final int POINTS_PER_NEIGHBOUR = 3;
  private static final double WIDENING = 1.5;

  private final List<Neighbours> blocks = new ArrayList<>();
  private final int points;

  private BlockIntervals(int points) {
    this.points = points;
  }

  /** Searches the blocks; the points must be in random order. */
  static BlockIntervals of(Points shuffled, IntrinsicSettings settings) {
    int n = shuffled.count();
    int fitting = n / (POINTS_PER_NEIGHBOUR * settings.neighbours());
    int count = Math.min(settings.resamples(), fitting);
    BlockIntervals intervals = new BlockIntervals(n);
    for (int b = 0; b < count && count > 1; b++) {
      Points block = shuffled.range((int) ((long) b * n / count), (int) ((b + 1L) * n / count));
      intervals.blocks.add(NeighbourSearch.search(block, settings.neighbours()));
    }
    return intervals;
  }

  boolean fromBlocks() {
    return !blocks.isEmpty();
  }

  /**
   * Puts an interval around an estimate.
   *
   * @param terms how many independent terms a point's likelihood has, for where no blocks fit
   */
  DimensionEstimate around(
      String method,
      double estimate,
      int neighbours,
      int terms,
      ToDoubleFunction<Neighbours> estimator) {
    double relative = fromBlocks() ? relativeHalfWidth(estimator) : Double.NaN;
    if (!Double.isFinite(relative)) {
      relative = Confidence.NORMAL * WIDENING / Math.sqrt((double) points * terms);
    }
    double half = estimate * relative;
    return new DimensionEstimate(
        method, estimate, Math.max(0, estimate - half), estimate + half, points, neighbours);
  }

  private double relativeHalfWidth(ToDoubleFunction<Neighbours> estimator) {
    double[] estimates = blocks.stream().mapToDouble(estimator).toArray();
    double relativeSpread = Math.sqrt(StatUtils.variance(estimates)) / StatUtils.mean(estimates);
    return Confidence.student(estimates.length - 1) * relativeSpread / Math.sqrt(estimates.length);
  }
}
