// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

import dev.fathom.intrinsic.neighbours.Neighbours;

/** Manifold-adaptive dimension estimation of Farahmand, Szepesvári and Audibert (2007). */
final class ManifoldAdaptive {

  /*
   * A ball with twice the points has 2^(1/d) times the radius: log 2 / log(T_k / T_⌊k/2⌋) at each
   * point, and the mean over the points.
   *
   * Hazard: where the two neighbours are equally far the estimate is infinite.
   */
  private ManifoldAdaptive() {}

  /** The estimate; infinite if the distances allow none. */
  static double estimate(Neighbours neighbours, int k) {
    double sum = 0;
    for (int i = 0; i < neighbours.count(); i++) {
      sum += Math.log(2) / Math.log(neighbours.distance(i, k) / neighbours.distance(i, k / 2));
    }
    return sum / neighbours.count();
  }
}
