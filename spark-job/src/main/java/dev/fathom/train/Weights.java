// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train;

import java.io.Serializable;
import java.util.List;
import java.util.function.Function;

/**
 * Flat parameters of both towers with Adam's first and second moments, which plain SGD leaves at 0.
 */
record Weights(float[] parameters, float[] first, float[] second) implements Serializable {
  private static final long serialVersionUID = 1L;

  static Weights initial(float[] parameters) {
    return new Weights(parameters, new float[parameters.length], new float[parameters.length]);
  }

  /** Whether every parameter is a finite number; 0·∞ and 0·NaN are NaN, and stay so in a sum. */
  boolean areFinite() {
    float sum = 0;
    for (float parameter : parameters) {
      sum += parameter * 0f;
    }
    return sum == 0;
  }

  Weights copy() {
    return new Weights(parameters.clone(), first.clone(), second.clone());
  }

  /**
   * The mean, added up in the order of the list in double precision: the same bits whichever worker
   * came first.
   */
  static Weights mean(List<Weights> all) {
    return new Weights(
        mean(all, Weights::parameters), mean(all, Weights::first), mean(all, Weights::second));
  }

  private static float[] mean(List<Weights> all, Function<Weights, float[]> part) {
    double[] sum = new double[part.apply(all.get(0)).length];
    for (Weights weights : all) {
      float[] values = part.apply(weights);
      for (int i = 0; i < sum.length; i++) {
        sum[i] += values[i];
      }
    }
    float[] mean = new float[sum.length];
    for (int i = 0; i < mean.length; i++) {
      mean[i] = (float) (sum[i] / all.size());
    }
    return mean;
  }
}
