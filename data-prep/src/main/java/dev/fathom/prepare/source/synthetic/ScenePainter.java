// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.source.synthetic;

import java.util.Map;
import java.util.random.RandomGenerator;

/** Paints a disc on a sloping, noisy ground. */
final class ScenePainter {

  // A pixel is ground + coverage · (colour − ground) + noise, where coverage falls linearly from 1
  // to 0 over one pixel's width across the disc's edge. Ground, coverage and colour are continuous
  // in every factor, so that pictures of nearby factors are near each other pixel by pixel; drawing
  // with whole pixels would make steps of what must be a smooth manifold. The noise is added before
  // rounding to bytes and so hides the rounding as well.
  //
  // The ground is lighter than the darkest channel of any saturated colour: the disc stands out at
  // every hue and shade.

  private static final double SATURATION = 0.85;
  private static final double NOISE = 0.02;

  private ScenePainter() {}

  /**
   * Paints a scene.
   *
   * @param shares the position of each factor in its range, in [0, 1)
   * @param size number of pixels on a side
   * @param nuisance generator of the ground and the noise
   * @return {@code size × size × 3} bytes, row-major, red green blue
   */
  static byte[] paint(Map<Factor, Double> shares, int size, RandomGenerator nuisance) {
    double centreX = Factor.X.in(shares) * size;
    double centreY = Factor.Y.in(shares) * size;
    double radius = Factor.SIZE.in(shares) * size;
    double[] colour = colour(Factor.HUE.in(shares), Factor.SHADE.in(shares));
    double level = nuisance.nextDouble(0.7, 0.85);
    double direction = nuisance.nextDouble(2 * Math.PI);
    double slope = nuisance.nextDouble(0.2) / size;
    double slopeX = slope * Math.cos(direction);
    double slopeY = slope * Math.sin(direction);
    byte[] pixels = new byte[size * size * 3];
    for (int i = 0; i < size * size; i++) {
      double x = i % size + 0.5;
      double y = Math.floorDiv(i, size) + 0.5;
      double ground = level + slopeX * (x - size / 2.0) + slopeY * (y - size / 2.0);
      double outside = Math.hypot(x - centreX, y - centreY) - radius;
      double coverage = clamp(0.5 - outside);
      for (int channel = 0; channel < 3; channel++) {
        double clean = ground + coverage * (colour[channel] - ground);
        double noisy = clean + NOISE * nuisance.nextGaussian();
        pixels[3 * i + channel] = (byte) Math.round(255 * clamp(noisy));
      }
    }
    return pixels;
  }

  /** Converts hue (degrees) and brightness to red, green and blue, by the usual HSV cone. */
  static double[] colour(double hue, double brightness) {
    double[] colour = new double[3];
    for (int channel = 0; channel < 3; channel++) {
      double sector = ((5 - 2 * channel) + hue / 60) % 6;
      double faded = clamp(Math.min(sector, 4 - sector));
      colour[channel] = brightness * (1 - SATURATION * faded);
    }
    return colour;
  }

  private static double clamp(double value) {
    return Math.max(0, Math.min(1, value));
  }
}
