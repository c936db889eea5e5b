// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train;

/*
 * Adam (Kingma, Ba 2015) with L2 decay in the gradient, as the paper's experiments use it:
 *
 *   g ← ∂L/∂p + λp;  m ← β₁m + (1−β₁)g;  v ← β₂v + (1−β₂)g²;  p ← p − η·(m/(1−β₁ᵗ)) / (√(v/(1−β₂ᵗ)) + ε)
 *
 * The two corrections are folded into η and ε once a step, which leaves one square root and one division a parameter.
 */
/** Takes one optimiser step in place. */
final class Optimizer {
  private static final float BETA1 = 0.9f;
  private static final float BETA2 = 0.999f;
  private static final float EPSILON = 1e-8f;

  private Optimizer() {}

  static void sgd(float[] parameters, float[] gradients, double learningRate, double weightDecay) {
    float rate = (float) learningRate;
    float keep = (float) (1 - learningRate * weightDecay);
    for (int i = 0; i < parameters.length; i++) {
      parameters[i] = keep * parameters[i] - rate * gradients[i];
    }
  }

  /**
   * @param step number of this step, from 1
   */
  static void adam(
      Weights weights, float[] gradients, double learningRate, double weightDecay, long step) {
    float[] p = weights.parameters();
    float[] m = weights.first();
    float[] v = weights.second();
    double secondCorrection = Math.sqrt(1 - Math.pow(BETA2, (double) step));
    float rate = (float) (learningRate * secondCorrection / (1 - Math.pow(BETA1, (double) step)));
    float epsilon = (float) (EPSILON * secondCorrection);
    float decay = (float) weightDecay;
    for (int i = 0; i < p.length; i++) {
      float g = gradients[i] + decay * p[i];
      float first = BETA1 * m[i] + (1 - BETA1) * g;
      float second = BETA2 * v[i] + (1 - BETA2) * g * g;
      m[i] = first;
      v[i] = second;
      p[i] -= rate * first / ((float) Math.sqrt(second) + epsilon);
    }
  }
}
