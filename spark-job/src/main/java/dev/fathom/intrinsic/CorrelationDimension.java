// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

import dev.fathom.intrinsic.neighbours.Neighbours;
import dev.fathom.intrinsic.neighbours.SearchSpace;
import dev.fathom.intrinsic.points.Points;
import java.util.Arrays;

/** The correlation dimension of Grassberger and Procaccia (1983) between two scales. */
final class CorrelationDimension {

  /*
   * C(r), the share of pairs nearer than r, grows as r^d: the estimate is log(C(r2)/C(r1)) /
   * log(r2/r1), with r1 and r2 the medians of the distances to the 10th and the 20th neighbour.
   *
   * Hazard: a float product tells |a−b|² up to a bound (SearchSpace has it); pairs within it of
   * a radius are measured in double. Where the two medians are equal the estimate is 0/0.
   */
  static final int NEAR = 10;
  static final int FAR = 20;

  private CorrelationDimension() {}

  /** The estimate; NaN if the distances allow none. */
  static double estimate(Cloud cloud) {
    if (cloud.count() <= FAR) {
      return Double.NaN;
    }
    Neighbours neighbours = cloud.neighbours(FAR);
    double near = median(neighbours, NEAR);
    double far = median(neighbours, FAR);
    Points points = cloud.points();
    SearchSpace space = SearchSpace.of(points);
    double[] radii = {near * near, far * far};
    long[] within = new long[radii.length];
    double scale = space.scale() * space.scale();
    float[] lengths = space.lengths();
    float[] squares = space.squares();
    PairProducts.visit(
        space.coordinates(),
        points.count(),
        space.width(),
        (i, j, product) -> {
          double squared = (double) squares[i] + squares[j] - 2.0 * product;
          double slack = space.roundingError((double) lengths[i] + lengths[j]) + Float.MIN_NORMAL;
          if (squared - slack < radii[1] * scale) {
            double exact = points.squaredDistance(i, j);
            within[0] += exact < radii[0] ? 1 : 0;
            within[1] += exact < radii[1] ? 1 : 0;
          }
        });
    return Math.log((double) within[1] / within[0]) / Math.log(far / near);
  }

  private static double median(Neighbours neighbours, int rank) {
    int n = neighbours.count();
    double[] distances = new double[n];
    for (int i = 0; i < n; i++) {
      distances[i] = neighbours.distance(i, rank);
    }
    Arrays.sort(distances);
    return (distances[(n - 1) / 2] + distances[n / 2]) / 2;
  }
}
