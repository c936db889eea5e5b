// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

import dev.fathom.intrinsic.neighbours.Neighbours;
import java.util.List;

/** Corrects a plateau for the boundary and gives an interval for the dimension itself. */
final class DimensionInterval {

  /*
   * The error of a plateau from sampling is small beside what is not known of the cloud: whether it
   * has a boundary, how its density varies, how it bends. So the interval goes from what is read
   * where the cloud has no boundary to what is read where it is a ball, over all local scales and
   * with their sampling errors, and is widened by what tells that the cloud is neither:
   *
   *   low  = min_s (low end of the reading at scale s) · exp(−(a·u + b·v))
   *   high = max_s (high end of the corrected reading at s) · exp(a'·u + b'·v)
   *
   *   u  by how much the pointwise dimensions spread more than those of an even cloud
   *   v  log(estimate / (2·log10 n)), if positive: dimensions beyond those that n points resolve
   *      (Eckmann, Ruelle 1992)
   *
   * The factors are those of linear quantile regression for 97 % at either end, on clouds of many
   * densities, shapes and dimensions (IntervalFit, among the tests, finds them again). ManifoldTable
   * says how often the interval holds on others.
   */
  private static final double LOW_BY_SPREAD = 0.94;
  private static final double LOW_BEYOND = 0.09;
  private static final double HIGH_BY_SPREAD = 1.25;
  private static final double HIGH_BEYOND = 0.21;

  private DimensionInterval() {}

  /**
   * The parts that an interval is computed from.
   *
   * @param low lower end of the interval before it is widened
   * @param high upper end of the interval before it is widened
   * @param spread u, by which the interval is widened
   * @param beyond v, by which the interval is widened
   */
  record Parts(double estimate, double low, double high, double spread, double beyond) {}

  /**
   * Corrects a plateau and puts the interval around it.
   *
   * @param curve the curve over all scales, of which the local ones are used
   * @param neighbours neighbours of all points, k or more of each
   * @param width number of coordinates, which bounds the dimension
   */
  static DimensionEstimate around(
      Plateau plateau, List<ScaleEstimate> curve, Neighbours neighbours, int k, int width) {
    Parts parts = parts(plateau, curve, neighbours, k, width);
    double low = parts.low * Math.exp(-(LOW_BY_SPREAD * parts.spread + LOW_BEYOND * parts.beyond));
    double high = parts.high * Math.exp(HIGH_BY_SPREAD * parts.spread + HIGH_BEYOND * parts.beyond);
    return new DimensionEstimate(
        "plateau, corrected for the boundary",
        parts.estimate,
        Math.min(low, parts.estimate),
        Math.max(parts.estimate, Math.min(high, width)),
        neighbours.count(),
        2 * plateau.toN1());
  }

  static Parts parts(
      Plateau plateau, List<ScaleEstimate> curve, Neighbours neighbours, int k, int width) {
    int points = neighbours.count();
    double estimate = BoundaryBias.corrected(plateau, points, width);
    double low = plateau.low();
    double high = estimate * plateau.high() / plateau.estimate();
    for (ScaleEstimate scale : Plateau.local(curve, points)) {
      double corrected = BoundaryBias.roughlyCorrected(scale, points, width);
      low = Math.min(low, scale.low());
      high = Math.max(high, corrected * scale.high() / scale.estimate());
    }
    return new Parts(
        estimate,
        low,
        high,
        LevinaBickel.excessSpread(neighbours, k),
        Math.max(0, Math.log(estimate / (2 * Math.log10(points)))));
  }
}
