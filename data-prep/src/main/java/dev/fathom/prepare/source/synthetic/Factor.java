// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.source.synthetic;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * The factors that vary between scenes, in the order in which they become shared. Each is uniform
 * on an interval, so k shared factors form a k-dimensional cube. Hue is limited to an arc, as the
 * whole circle would need two dimensions.
 */
enum Factor {
  /** Position of the centre from the left, as a share of the picture's side. */
  X(0.25, 0.75),
  /** Position of the centre from the top, as a share of the picture's side. */
  Y(0.25, 0.75),
  /** Radius, as a share of the picture's side. */
  SIZE(0.09, 0.22),
  /** Hue in degrees: red, yellow, green, blue. */
  HUE(0, 240),
  /** Brightness of the strongest colour channel. */
  SHADE(0.45, 1);

  private final double lowest;
  private final double highest;

  Factor(double lowest, double highest) {
    this.lowest = lowest;
    this.highest = highest;
  }

  /**
   * The factor's value in a scene.
   *
   * @param shares the position of each factor in its range, in [0, 1)
   */
  double in(Map<Factor, Double> shares) {
    return lowest + shares.get(this) * (highest - lowest);
  }

  /** Draws the position of each factor in its range, uniform on [0, 1). */
  static Map<Factor, Double> draw(RandomGenerator random) {
    Map<Factor, Double> shares = new EnumMap<>(Factor.class);
    for (Factor factor : values()) {
      shares.put(factor, random.nextDouble());
    }
    return shares;
  }

  /** The word for the factor in captions. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
