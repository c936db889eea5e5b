// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.step;

import java.io.Serializable;

/**
 * Flat parameters of both towers with Adam's first and second moments, which are empty under plain
 * gradient descent.
 */
public record Weights(float[] parameters, Moments moments) implements Serializable {
  private static final long serialVersionUID = 1L;

  public long bytes() {
    return 4L * parameters.length + moments.bytes();
  }

  private Object writeReplace() {
    return new WeightsProxy(this);
  }

  /** Adam's first and second moments, one per parameter. */
  public record Moments(float[] first, float[] second) implements Serializable {
    private static final long serialVersionUID = 1L;

    public long bytes() {
      return 4L * (first.length + second.length);
    }

    private Object writeReplace() {
      return new WeightsProxy(this);
    }

    public static Moments zero(int parameters) {
      return new Moments(new float[parameters], new float[parameters]);
    }
  }

  /** Whether every parameter is a finite number; 0·∞ and 0·NaN are NaN, and stay so in a sum. */
  public static boolean areFinite(float[] parameters) {
    float sum = 0;
    for (float parameter : parameters) {
      sum += parameter * 0f;
    }
    return sum == 0;
  }

  Weights copy() {
    return new Weights(
        parameters.clone(), new Moments(moments.first.clone(), moments.second.clone()));
  }
}
