// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.round;

import dev.fathom.train.progress.TrainingState;

/**
 * The step from the average of a round: with momentum μ, a Nesterov step along the averaged changes
 * of all rounds.
 *
 * @param velocity v ← μv + Δ, where Δ is the averaged change of the round
 */
record OuterStep(float[] parameters, float[] velocity) {

  /** The step from a state to the average of the workers' results. */
  static OuterStep of(TrainingState before, float[] average, float momentum) {
    if (momentum == 0) {
      return new OuterStep(average, before.velocity());
    }
    float[] velocity = new float[average.length];
    float[] parameters = new float[average.length];
    for (int i = 0; i < average.length; i++) {
      velocity[i] = momentum * before.velocity()[i] + (average[i] - before.parameters()[i]);
      parameters[i] = average[i] + momentum * velocity[i];
    }
    return new OuterStep(parameters, velocity);
  }
}
