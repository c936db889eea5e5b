// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fathom.train.settings.LearningRate;
import org.junit.jupiter.api.Test;

class OptimizerTest {
  private static final double RATE = 0.01;
  private static final double DECAY = 0.1;

  @Test
  void adamTakesTheStepsOfItsDefinition() {
    Weights weights = new Weights(new float[] {1, -2, 0.5f}, Weights.Moments.zero(3));
    double[] p = {1, -2, 0.5};
    double[] m = new double[3];
    double[] v = new double[3];

    for (int step = 1; step <= 50; step++) {
      float[] gradients = gradients(step);
      rule(weights, gradients, 1).adam(DECAY, 0, step);
      for (int i = 0; i < p.length; i++) {
        double g = gradients[i] + DECAY * p[i];
        m[i] = 0.9 * m[i] + 0.1 * g;
        v[i] = 0.999 * v[i] + 0.001 * g * g;
        double first = m[i] / (1 - Math.pow(0.9, step));
        double second = v[i] / (1 - Math.pow(0.999, step));
        p[i] -= RATE * first / (Math.sqrt(second) + 1e-8);
      }
    }

    for (int i = 0; i < p.length; i++) {
      assertThat((double) weights.parameters()[i]).isCloseTo(p[i], within(1e-5));
    }
  }

  @Test
  void adamwShrinksTheParametersApartFromTheGradient() {
    Weights penalised = new Weights(new float[] {1, -2, 0.5f}, Weights.Moments.zero(3));
    Weights decayed = new Weights(new float[] {1, -2, 0.5f}, Weights.Moments.zero(3));
    double[] p = {1, -2, 0.5};

    for (int step = 1; step <= 50; step++) {
      float[] before = decayed.parameters().clone();
      rule(penalised, gradients(step), 1).adam(DECAY, 0, step);
      Weights plain = decayed.copy();
      rule(plain, gradients(step), 1).adam(0, 0, step);
      rule(decayed, gradients(step), 1).adam(0, DECAY, step);
      for (int i = 0; i < p.length; i++) {
        p[i] = plain.parameters()[i] - RATE * DECAY * before[i];
        assertThat((double) decayed.parameters()[i]).isCloseTo(p[i], within(1e-6));
      }
      assertThat(decayed.moments().first()).isEqualTo(plain.moments().first());
    }
    assertThat(decayed.parameters()).isNotEqualTo(penalised.parameters());
  }

  @Test
  void aGradientLongerThanAllowedIsShortenedAndKeepsItsDirection() {
    float[] gradients = {3, -4, 0};

    assertThat(Optimizer.clip(gradients, 10)).isEqualTo(1f);
    assertThat(Optimizer.clip(gradients, 1)).isEqualTo(0.2f);

    Weights weights = new Weights(new float[3], Weights.Moments.zero(0));
    rule(weights, gradients, 0.2f).sgd(0);
    assertThat(weights.parameters())
        .containsExactly((float) (-0.6 * RATE), (float) (0.8 * RATE), 0f);
  }

  @Test
  void plainGradientDescentShrinksTheParametersByTheirDecay() {
    float[] parameters = {1, -2};

    Weights weights = new Weights(parameters, Weights.Moments.zero(0));
    rule(weights, new float[] {0.5f, 0}, 1).sgd(DECAY);

    assertThat(parameters[0]).isCloseTo(0.994f, within(1e-6f));
    assertThat(parameters[1]).isCloseTo(-1.998f, within(1e-6f));
  }

  @Test
  void theRateRisesThenFallsToNothing() {
    LearningRate rate = new LearningRate(RATE, 0.1, LearningRate.Decay.COSINE);

    assertThat(rate.share(0, 100)).isLessThan(rate.share(5, 100));
    assertThat(rate.share(10, 100)).isCloseTo(1, within(1e-9));
    assertThat(rate.share(55, 100)).isCloseTo(0.5, within(1e-9));
    assertThat(rate.share(99, 100)).isLessThan(1e-3);
  }

  private static Optimizer.Rule rule(Weights weights, float[] gradients, float clip) {
    return new Optimizer.Rule(weights, gradients, clip, RATE, 0, weights.parameters().length);
  }

  private static float[] gradients(int step) {
    return new float[] {(float) Math.sin(step), 0.1f * step, -1f / step};
  }
}
