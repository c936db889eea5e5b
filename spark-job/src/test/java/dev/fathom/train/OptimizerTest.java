// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fathom.settings.Settings;
import java.util.List;
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
      Optimizer.adam(weights, gradients, RATE, DECAY, 0, step);
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
      Optimizer.adam(penalised, gradients(step), RATE, DECAY, 0, step);
      Weights plain = decayed.copy();
      Optimizer.adam(plain, gradients(step), RATE, 0, 0, step);
      Optimizer.adam(decayed, gradients(step), RATE, 0, DECAY, step);
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

    Optimizer.clip(gradients, 10);
    assertThat(gradients).containsExactly(3, -4, 0);

    Optimizer.clip(gradients, 1);
    assertThat(gradients).containsExactly(0.6f, -0.8f, 0);
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
        TrainingSettings.of(
            Settings.of(
                "", List.of(), List.of("training.learningRate=" + RATE, "training.warmup=0.1")));

    RoundPlan plan = new RoundPlan(1, 10, 0, 0, 10, 100);

    assertThat(settings.learningRate(0, plan)).isLessThan(settings.learningRate(5, plan));
    assertThat(settings.learningRate(10, plan)).isCloseTo(RATE, within(1e-9));
    assertThat(settings.learningRate(55, plan)).isCloseTo(RATE / 2, within(1e-9));
    assertThat(settings.learningRate(99, plan)).isLessThan(RATE / 1000);
  }

  @Test
  void theRateGrowsWithTheRootOfTheWorkersUnlessToldOtherwise() {
    RoundPlan plan = new RoundPlan(4, 10, 0, 0, 10, 100);

    assertThat(rate("sqrt", plan)).isCloseTo(2 * RATE, within(1e-9));
    assertThat(rate("none", plan)).isCloseTo(RATE, within(1e-9));
  }

  private static double rate(String scaling, RoundPlan plan) {
    return TrainingSettings.of(
            Settings.of(
                "",
                List.of(),
                List.of(
                    "training.learningRate=" + RATE,
                    "training.warmup=0",
                    "training.scaling=" + scaling)))
        .learningRate(0, plan);
  }

  private static float[] gradients(int step) {
    return new float[] {(float) Math.sin(step), 0.1f * step, -1f / step};
  }
}
