// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

import dev.fathom.intrinsic.neighbours.Neighbours;
import java.util.OptionalDouble;

/**
 * The generalised ratios estimator (Gride) of Denti, Doimo, Laio and Mira (2022): the dimension at
 * one scale, which the ranks of the two compared neighbours set.
 */
final class Gride {

  /*
   * For neighbours n1 < n2 of a point and μ = T_{n2}/T_{n1}, constant density gives
   *
   *   f(μ|d) = d·(μ^d − 1)^{n2−n1−1} / (μ^{(n2−1)d+1}·B(n2−n1, n1)).
   *
   * We take n2 = 2·n1. With L = log μ and r = n2−n1−1 the log-likelihood of all points is concave
   * in d; its derivative and the observed information are
   *
   *   N/d + Σ [r / (1 − e^{−dL}) − (n2−1)]·L,     N/d² + r·Σ (L / (2·sinh(dL/2)))².
   *
   * The derivative falls from +∞, so bisection finds the estimate; 1/√information is its standard
   * error. That error takes the points' ratios for independent. They share neighbours, the more so
   * at large scales, so there it is too small.
   *
   * Hazard: at L → 0 the terms are 0/0 with limits r/d and r/d², taken outright there; 1 − e^{−dL}
   * cancels for small dL, hence expm1. With all L zero there is no maximum: nothing is returned.
   */
  private static final double SMALLEST = 1e-3;
  private static final double LARGEST = 1e3;
  private static final int BISECTIONS = 50;

  private final double[] logRatios;
  private final int n1;
  private final int inner;

  private Gride(double[] logRatios, int n1) {
    this.logRatios = logRatios;
    this.n1 = n1;
    inner = n1 - 1;
  }

  /** Takes the ratios at scale n1; the neighbours must reach to rank 2·n1. */
  static Gride of(Neighbours neighbours, int n1) {
    double[] logRatios = new double[neighbours.count()];
    for (int i = 0; i < logRatios.length; i++) {
      logRatios[i] = Math.log(neighbours.distance(i, 2 * n1) / neighbours.distance(i, n1));
    }
    return new Gride(logRatios, n1);
  }

  /** The maximum likelihood estimate of d; empty if it does not lie between 0.001 and 1000. */
  OptionalDouble estimate() {
    if (!(score(SMALLEST) > 0 && score(LARGEST) < 0)) {
      return OptionalDouble.empty();
    }
    double low = SMALLEST;
    double high = LARGEST;
    for (int step = 0; step < BISECTIONS; step++) {
      double middle = Math.sqrt(low * high);
      if (score(middle) > 0) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return OptionalDouble.of(Math.sqrt(low * high));
  }

  /** 1/√(observed information) at d. */
  double standardError(double d) {
    double sum = 0;
    for (int i = 0; i < logRatios.length && inner > 0; i++) {
      double l = logRatios[i];
      double term = l == 0 ? 1 / d : l / (2 * Math.sinh(d * l / 2));
      sum += term * term;
    }
    return 1 / Math.sqrt(logRatios.length / (d * d) + inner * sum);
  }

  double score(double d) {
    double sum = 0;
    for (double l : logRatios) {
      double gain = inner == 0 ? 0 : l == 0 ? inner / d : inner * l / -Math.expm1(-d * l);
      sum += gain - (2 * n1 - 1) * l;
    }
    return logRatios.length / d + sum;
  }
}
