// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.round;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fathom.train.progress.TrainingState;
import dev.fathom.train.step.Temperature;
import dev.fathom.train.step.Weights.Moments;
import java.util.List;
import org.junit.jupiter.api.Test;

class OuterStepTest {
  @Test
  void theAverageIsTheStepWithoutMomentum() {
    float[] average = {3, 5};

    OuterStep step = OuterStep.of(state(new float[] {1, 2}, new float[0]), average, 0);

    assertThat(step.parameters()).isSameAs(average);
    assertThat(step.velocity()).isEmpty();
  }

  @Test
  void momentumGoesOnAlongEarlierChanges() {
    float[] before = {1, 2};
    float[] velocity = {4, -8};

    OuterStep step = OuterStep.of(state(before, velocity), new float[] {3, 5}, 0.5f);

    // v = 0.5 v + change, then the average + 0.5 v.
    assertThat(step.velocity()).containsExactly(4, -1);
    assertThat(step.parameters()).containsExactly(5, 4.5f);
  }

  private static TrainingState state(float[] parameters, float[] velocity) {
    Temperature.Scalar zero = Temperature.Scalar.of(0);
    return new TrainingState(
        new TrainingState.Count(1, 10, 10),
        new TrainingState.Learned(
            parameters,
            List.of(new Moments(new float[0], new float[0])),
            velocity,
            new Temperature.State(zero, zero, 10)),
        5,
        TrainingState.Validations.NONE);
  }
}
