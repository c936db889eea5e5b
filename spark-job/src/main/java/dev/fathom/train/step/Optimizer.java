// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.step;

import dev.fathom.train.settings.TrainingSettings;
import dev.fathom.train.step.Weights.Moments;

/*
 * Adam (Kingma, Ba 2015) with L2 decay in the gradient, as the paper's experiments use it, and AdamW (Loshchilov, Hutter
 * 2019), which takes the decay out of the gradient and shrinks the parameters by η·λ instead:
 *
 *   g ← ∂L/∂p + λp;  m ← β₁m + (1−β₁)g;  v ← β₂v + (1−β₂)g²;  p ← p − η·(m/(1−β₁ᵗ)) / (√(v/(1−β₂ᵗ)) + ε)
 *
 * The two corrections are folded into η and ε once a step, which leaves one square root and one division a parameter.
 */
/** Takes optimiser steps in place. */
public final class Optimizer {
  private static final float BETA1 = 0.9f;
  private static final float BETA2 = 0.999f;
  private static final float EPSILON = 1e-8f;

  private Optimizer() {}

  /**
   * Takes a part of one step of the algorithm that the settings name.
   *
   * @param gradients ∂L/∂parameters, not written to
   * @param step number of this step, from 0
   * @param from the first parameter to move
   * @param to end of the parameters to move, exclusive
   */
  public static void step(
      TrainerSpec spec, Weights weights, float[] gradients, long step, int from, int to) {
    TrainingSettings settings = spec.settings();
    double learningRate = spec.learningRate(step);
    float clip = settings.gradientClip() > 0 ? clip(gradients, settings.gradientClip()) : 1f;
    Rule rule = new Rule(weights, gradients, clip, learningRate, from, to);
    switch (settings.optimizer()) {
      case SGD -> rule.sgd(settings.weightDecay());
      // Adam does not divide the decoupled decay by the gradient's noise, so the factor for the
      // noise is taken out again.
      case ADAMW -> rule.adam(0, settings.weightDecay() / spec.noise(), step + 1);
      case ADAM -> rule.adam(settings.weightDecay(), 0, step + 1);
    }
  }

  /** The initial moments. */
  public static Moments moments(TrainingSettings settings, int parameters) {
    return Moments.zero(settings.optimizer() == TrainingSettings.Algorithm.SGD ? 0 : parameters);
  }

  /**
   * The factor that scales a gradient down to the largest allowed norm; 1 if the norm is within it.
   */
  static float clip(float[] gradients, double longest) {
    double squares = 0;
    for (float gradient : gradients) {
      squares += (double) gradient * gradient;
    }
    double length = Math.sqrt(squares);
    return length > longest ? (float) (longest / length) : 1f;
  }

  /**
   * The optimiser's rule for a range of the parameters.
   *
   * @param clip factor of the gradients
   */
  record Rule(
      Weights weights, float[] gradients, float clip, double learningRate, int from, int to) {

    void sgd(double weightDecay) {
      float[] p = weights.parameters();
      float rate = (float) learningRate;
      float keep = (float) (1 - learningRate * weightDecay);
      for (int i = from; i < to; i++) {
        p[i] = keep * p[i] - rate * (clip * gradients[i]);
      }
    }

    /**
     * @param penalty λ of the L2 penalty in the gradient
     * @param decay λ of the decoupled weight decay
     * @param step number of this step, from 1
     */
    void adam(double penalty, double decay, long step) {
      float[] p = weights.parameters();
      float[] m = weights.moments().first();
      float[] v = weights.moments().second();
      double secondCorrection = Math.sqrt(1 - Math.pow(BETA2, (double) step));
      float rate = (float) (learningRate * secondCorrection / (1 - Math.pow(BETA1, (double) step)));
      float epsilon = (float) (EPSILON * secondCorrection);
      float lambda = (float) penalty;
      float keep = (float) (1 - learningRate * decay);
      for (int i = from; i < to; i++) {
        float g = clip * gradients[i] + lambda * p[i];
        float first = BETA1 * m[i] + (1 - BETA1) * g;
        float second = BETA2 * v[i] + (1 - BETA2) * g * g;
        m[i] = first;
        v[i] = second;
        p[i] = keep * p[i] - rate * first / ((float) Math.sqrt(second) + epsilon);
      }
    }
  }
}
