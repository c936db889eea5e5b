// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

import dev.fathom.intrinsic.neighbours.Neighbours;
import java.util.stream.IntStream;
import org.apache.commons.math3.stat.descriptive.rank.Median;

/**
 * A cloud without near-copies and outliers. Near-copies are the same point but for a little noise:
 * variants of one picture, or a text that was typed twice. Both are few in number, but spoil means
 * over the points.
 */
final class CleanCloud {

  /*
   * In d dimensions the share of a ball's volume within the distance r of its centre is (r/R)^d.
   * If the ball has k points, the nearest of them lies within a share v with probability k·v. With
   * the share below, one point in 50,000 is taken for a near-copy by chance. d is the median of
   * Levina–Bickel's values, which near-copies of fewer than half of the points do not move.
   */
  private static final double SHARE = 1e-6;

  /** How many radii of its nearest neighbour's ball an outlier is away from it. */
  private static final double AWAY = 3;

  private final Neighbours neighbours;
  private final int k;

  private CleanCloud(Neighbours neighbours, int k) {
    this.neighbours = neighbours;
    this.k = k;
  }

  /** Makes a cloud of the points that are neither outliers nor near-copies of earlier ones. */
  static Cloud of(Cloud cloud, int k) {
    return new CleanCloud(cloud.neighbours(k), k).of(cloud);
  }

  private Cloud of(Cloud cloud) {
    double[] inverses = new double[cloud.count()];
    for (int i = 0; i < inverses.length; i++) {
      inverses[i] = LevinaBickel.inverse(neighbours, i, k);
    }
    double ratio = Math.pow(SHARE, new Median().evaluate(inverses));
    int[] kept =
        IntStream.range(0, cloud.count())
            .filter(i -> !isCopy(i, ratio * radius(i)) && !isOutlier(i))
            .toArray();
    return kept.length == cloud.count() ? cloud : cloud.rows(kept, k);
  }

  private boolean isCopy(int i, double distance) {
    for (int j = 1; neighbours.distance(i, j) < distance; j++) {
      if (neighbours.index(i, j) < i) {
        return true;
      }
    }
    return false;
  }

  private boolean isOutlier(int i) {
    return neighbours.distance(i, 1) > AWAY * radius(neighbours.index(i, 1));
  }

  private double radius(int i) {
    return neighbours.distance(i, k);
  }
}
