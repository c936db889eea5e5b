// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

import dev.fathom.intrinsic.neighbours.Neighbours;
import java.util.Arrays;

/** The two-nearest-neighbours estimator of Facco, d'Errico, Rodriguez and Laio (2017). */
final class TwoNN {

  /*
   * μ = T_2/T_1 of a point follows the Pareto law F(μ) = 1 − μ^−d where the density is constant
   * over two neighbours. With the n ratios sorted and F(μ_(i)) = i/n, the estimate is the slope
   * through the origin
   *
   *   d = Σ x_i·y_i / Σ x_i²,   x_i = log μ_(i),   y_i = −log(1 − i/n),
   *
   * over the smallest ⌊n·(1−discarded)⌋ ratios: the paper drops the largest tenth, where outliers
   * bend the line.
   *
   * Hazard: the last ratio has F = 1 and an infinite y; it is left out even if nothing is
   * discarded. Where all x are zero (every first and second neighbour equally far, as on a
   * lattice) the slope is 0/0; the caller refuses to report it.
   */
  static final double DISCARDED = 0.1;

  private TwoNN() {}

  /** The slope of the linear fit; NaN if the distances allow no estimate. */
  static double estimate(Neighbours neighbours, double discarded) {
    int n = neighbours.count();
    double[] ratios = new double[n];
    for (int i = 0; i < n; i++) {
      ratios[i] = neighbours.distance(i, 2) / neighbours.distance(i, 1);
    }
    Arrays.sort(ratios);
    int kept = Math.min((int) (n * (1 - discarded)), n - 1);
    double products = 0;
    double squares = 0;
    for (int i = 0; i < kept; i++) {
      double x = Math.log(ratios[i]);
      products += x * -Math.log1p(-(i + 1.0) / n);
      squares += x * x;
    }
    return products / squares;
  }

  /** The maximum likelihood d, n / Σ log μ; infinite if the distances allow no estimate. */
  static double likelihood(Neighbours neighbours) {
    double sum = 0;
    for (int i = 0; i < neighbours.count(); i++) {
      sum += Math.log(neighbours.distance(i, 2) / neighbours.distance(i, 1));
    }
    return neighbours.count() / sum;
  }
}
