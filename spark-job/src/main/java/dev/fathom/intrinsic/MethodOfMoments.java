// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

import dev.fathom.intrinsic.neighbours.Neighbours;

/** The method of moments of Amsaleg and others (2018). */
final class MethodOfMoments {

  /*
   * Where the density is constant a neighbour's distance, over that of the k-th, has the mean
   * d/(d+1). With m the mean of T_1 … T_k the pointwise estimate is m / (T_k − m); the result is
   * their mean.
   *
   * Hazard: where all k neighbours are equally far m = T_k and the estimate is infinite.
   */
  private MethodOfMoments() {}

  /** The estimate; infinite if the distances allow none. */
  static double estimate(Neighbours neighbours, int k) {
    double sum = 0;
    for (int i = 0; i < neighbours.count(); i++) {
      double mean = 0;
      for (int j = 1; j <= k; j++) {
        mean += neighbours.distance(i, j) / k;
      }
      sum += mean / (neighbours.distance(i, k) - mean);
    }
    return sum / neighbours.count();
  }
}
