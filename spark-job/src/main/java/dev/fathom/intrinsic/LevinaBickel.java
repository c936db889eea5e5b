// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

import dev.fathom.intrinsic.neighbours.Neighbours;

/** The maximum likelihood estimator of Levina and Bickel (2004). */
final class LevinaBickel {

  /*
   * With T_1 ≤ … ≤ T_k the distances from x to its neighbours,
   *
   *   m̂(x) = (k−1) / Σ_{j<k} log(T_k / T_j).
   *
   * Combined over the points as MacKay and Ghahramani (2005) derive it, by averaging the inverses
   * (one likelihood for all points): 1 / mean(1/m̂); or as the arithmetic mean of the m̂(x), which
   * much published work reports and which is higher by about m/(k−2).
   *
   * Hazard: T_1 = 0 makes the sum infinite and the estimate zero; duplicates are dropped before.
   * T_1 = T_k makes the sum zero and m̂(x) infinite; such a point counts fully in the mean of the
   * inverses, and the arithmetic mean then is infinite, which the caller refuses to report.
   */
  private LevinaBickel() {}

  /** The estimate 1/mean(1/m̂); zero or infinite if the distances allow none. */
  static double estimate(Neighbours neighbours, int k) {
    double inverses = 0;
    for (int i = 0; i < neighbours.count(); i++) {
      inverses += inverse(neighbours, i, k);
    }
    return neighbours.count() / inverses;
  }

  /** The estimate mean(m̂); zero or infinite if the distances allow none. */
  static double pointwiseMean(Neighbours neighbours, int k) {
    double sum = 0;
    for (int i = 0; i < neighbours.count(); i++) {
      sum += 1 / inverse(neighbours, i, k);
    }
    return sum / neighbours.count();
  }

  /** Returns, for each point, 1/mean(1/m̂) over the point and its k neighbours. */
  static double[] local(Neighbours neighbours, int k) {
    int n = neighbours.count();
    double[] inverses = new double[n];
    for (int i = 0; i < n; i++) {
      inverses[i] = inverse(neighbours, i, k);
    }
    double[] local = new double[n];
    for (int i = 0; i < n; i++) {
      double sum = inverses[i];
      for (int j = 1; j <= k; j++) {
        sum += inverses[neighbours.index(i, j)];
      }
      local[i] = (k + 1) / sum;
    }
    return local;
  }

  /** 1/m̂(x) of point {@code i}. */
  static double inverse(Neighbours neighbours, int i, int k) {
    double farthest = neighbours.distance(i, k);
    double sum = 0;
    for (int j = 1; j < k; j++) {
      sum += Math.log(farthest / neighbours.distance(i, j));
    }
    return sum / (k - 1);
  }
}
