// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.contrastive;

import java.io.Serializable;
import java.util.List;

/**
 * The loss L of a batch as a function of s = 1/τ with fixed embeddings, at one s. It is convex.
 *
 * @param loss L in nats
 * @param slope ∂L/∂s
 * @param curvature ∂²L/∂s², not below 0
 */
public record Curve(double loss, double slope, double curvature) implements Serializable {
  private static final long serialVersionUID = 1L;

  /** The sum of several parts. */
  public static Curve sum(List<Curve> all) {
    double loss = 0;
    double slope = 0;
    double curvature = 0;
    for (Curve one : all) {
      loss += one.loss;
      slope += one.slope;
      curvature += one.curvature;
    }
    return new Curve(loss, slope, curvature);
  }

  /** The mean of several curves. */
  public static Curve mean(List<Curve> all) {
    return sum(all).times(1.0 / all.size());
  }

  /** The curve of {@code factor}·L. */
  Curve times(double factor) {
    return new Curve(loss * factor, slope * factor, curvature * factor);
  }

  /** The same curve as a function of t, where s = {@code factor}·t. */
  public Curve ofMultiple(double factor) {
    return new Curve(loss, slope * factor, curvature * factor * factor);
  }
}
