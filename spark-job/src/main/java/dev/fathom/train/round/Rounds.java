// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.round;

import dev.fathom.train.progress.TrainingState;
import dev.fathom.train.step.Temperature;
import dev.fathom.train.step.TrainerPool;
import dev.fathom.train.step.ValidationLoss;
import dev.fathom.train.step.Weights.Moments;
import dev.fathom.train.workers.Workers;
import java.util.List;
import java.util.Optional;

/** The rounds of a training, in one of the training modes. */
sealed interface Rounds permits GlobalRounds, AveragingRounds {

  /**
   * The result of a round.
   *
   * @param loss mean L over the round's steps and workers, in nats
   * @param temperatureBound limit that bounds an exact temperature
   * @param arithmeticSeconds time that the slowest worker spent on arithmetic
   * @param validated the validation after the round, if there was one
   */
  record Outcome(
      float[] parameters,
      List<Moments> moments,
      float[] velocity,
      Temperature.State temperature,
      Optional<String> temperatureBound,
      double loss,
      double arithmeticSeconds,
      Optional<Validated> validated) {}

  /**
   * The result of a validation.
   *
   * @param seconds time that it took
   */
  record Validated(ValidationLoss.Sums sums, double seconds) {}

  /**
   * Does a round of the given number of steps.
   *
   * @param validates whether a validation follows
   */
  Outcome round(TrainingState state, int steps, boolean validates);

  /** Returns the rounds in the mode of the training. */
  static Rounds of(TrainerPool trainers, Workers workers, WeightsBroadcast broadcast) {
    return switch (trainers.spec().settings().mode()) {
      case GLOBAL_BATCH -> new GlobalRounds(trainers, workers, broadcast);
      case PARAMETER_AVERAGING -> new AveragingRounds(trainers, workers, broadcast);
    };
  }
}
