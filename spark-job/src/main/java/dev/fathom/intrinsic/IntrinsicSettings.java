// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

import java.io.Serializable;
import java.util.Set;

/**
 * The settings of a measurement.
 *
 * @param neighbours k of the Levina–Bickel estimate, 3 or more
 * @param resamples number of disjoint blocks for the intervals, 2 or more; fewer are used if there
 *     are too few points
 * @param seed seed of the random order of the points, and of the estimators' random choices
 * @param more estimators besides the cheap ones, which are always computed
 */
public record IntrinsicSettings(int neighbours, int resamples, long seed, Set<Estimator> more)
    implements Serializable {
  private static final long serialVersionUID = 1;

  /** 20 neighbours, as in the literature, and 10 blocks. */
  public static final IntrinsicSettings DEFAULT = new IntrinsicSettings(20, 10, 42);

  /** Settings with only the cheap estimators. */
  public IntrinsicSettings(int neighbours, int resamples, long seed) {
    this(neighbours, resamples, seed, Set.of());
  }

  /**
   * @throws IllegalArgumentException if a value is out of range
   */
  public IntrinsicSettings {
    if (neighbours < 3) {
      throw new IllegalArgumentException("neighbours must be 3 or more, not " + neighbours);
    }
    if (resamples < 2) {
      throw new IllegalArgumentException("resamples must be 2 or more, not " + resamples);
    }
    more = Set.copyOf(more);
  }
}
