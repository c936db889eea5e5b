// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

import org.apache.commons.math3.distribution.NormalDistribution;
import org.apache.commons.math3.distribution.TDistribution;

/** The confidence level of every interval of this package, and its quantiles. */
final class Confidence {
  /** The confidence level: the share of intervals that should contain the true value. */
  static final double LEVEL = 0.9;

  private static final double UPPER = 1 - (1 - LEVEL) / 2;

  /** The two-sided quantile of the normal distribution at the level. */
  static final double NORMAL = new NormalDistribution().inverseCumulativeProbability(UPPER);

  /**
   * The factor by which the standard error of a mean over points exceeds that of independent
   * values, because points share neighbours: 1.0 to 1.4 for the Gride curve's scales on spheres and
   * Gaussians, 1.2 for local PCA, measured over repeated draws.
   */
  static final double SHARED_NEIGHBOURS = 1.3;

  private Confidence() {}

  /** The two-sided quantile of Student's t at the level, with the given degrees of freedom. */
  static double student(int degrees) {
    return new TDistribution(degrees).inverseCumulativeProbability(UPPER);
  }
}
