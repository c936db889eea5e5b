// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class OptimizerTest {
  private static final double RATE = 0.01;
  private static final double DECAY = 0.1;

  @Test
  void adamTakesTheStepsOfItsDefinition() {
    Weights weights = Weights.initial(new float[] {1, -2, 0.5f});
    double[] p = {1, -2, 0.5};
    double[] m = new double[3];
    double[] v = new double[3];

    for (int step = 1; step <= 50; step++) {
      float[] gradients = gradients(step);
      Optimizer.adam(weights, gradients, RATE, DECAY, step);
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
  void plainGradientDescentShrinksTheParametersByTheirDecay() {
    float[] parameters = {1, -2};

    Optimizer.sgd(parameters, new float[] {0.5f, 0}, RATE, DECAY);

    assertThat(parameters[0]).isCloseTo(0.994f, within(1e-6f));
    assertThat(parameters[1]).isCloseTo(-1.998f, within(1e-6f));
  }

  @Test
  void theRateRisesThenFallsToNothing() {
    TrainingSettings settings =
        new TrainingSettings(1, 2, "adam", RATE, 0.1, "cosine", 0, 1, 1, 1, 1);

    assertThat(settings.learningRate(0, 100)).isLessThan(settings.learningRate(5, 100));
    assertThat(settings.learningRate(10, 100)).isCloseTo(RATE, within(1e-9));
    assertThat(settings.learningRate(55, 100)).isCloseTo(RATE / 2, within(1e-9));
    assertThat(settings.learningRate(99, 100)).isLessThan(RATE / 1000);
  }

  private static float[] gradients(int step) {
    return new float[] {(float) Math.sin(step), 0.1f * step, -1f / step};
  }
}
