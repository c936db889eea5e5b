// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.round;

import dev.fathom.train.progress.TrainingState;
import dev.fathom.train.step.Temperature;
import dev.fathom.train.step.TrainerPool;
import dev.fathom.train.step.Weights.Moments;
import dev.fathom.train.workers.Workers;
import java.util.List;
import java.util.Optional;

/** How a round is done. */
sealed interface Rounds permits GlobalRounds, AveragingRounds {

  /**
   * What a round leads to.
   *
   * @param loss mean L over the round's steps and workers, in nats
   * @param temperatureBound what holds an exact temperature
   * @param arithmeticSeconds that the slowest worker spent in arithmetic
   */
  record Outcome(
      float[] parameters,
      List<Moments> moments,
      float[] velocity,
      Temperature.State temperature,
      Optional<String> temperatureBound,
      double loss,
      double arithmeticSeconds) {}

  /** Does so many steps from a state on. */
  Outcome round(TrainingState state, int steps);

  /** Rounds of the mode that the training is of. */
  static Rounds of(TrainerPool trainers, Workers workers, WeightsBroadcast broadcast) {
    return switch (trainers.spec().settings().mode()) {
      case GLOBAL_BATCH -> new GlobalRounds(trainers, workers, broadcast);
      case PARAMETER_AVERAGING -> new AveragingRounds(trainers, workers, broadcast);
    };
  }
}
