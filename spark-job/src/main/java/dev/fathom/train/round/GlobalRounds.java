// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.round;

import dev.fathom.train.progress.TrainingState;
import dev.fathom.train.step.RoundResult;
import dev.fathom.train.step.RoundState;
import dev.fathom.train.step.TrainerPool;
import dev.fathom.train.step.ValidationLoss;
import dev.fathom.train.workers.Workers;
import java.util.List;
import java.util.Optional;

/**
 * Rounds of global batches. All workers do every step together, so there is nothing to average: a
 * round is just the steps of one Spark job, after which the workers may validate in the same job.
 * The temperature takes each step with the gradient of the whole batch, and is the same everywhere.
 */
record GlobalRounds(TrainerPool trainers, Workers workers, WeightsBroadcast broadcast)
    implements Rounds {
  @Override
  public Outcome round(TrainingState state, int steps, boolean validates) {
    List<GlobalRound.Part> parts =
        workers.together(
            new GlobalRound(
                trainers,
                new RoundState(state.step(), steps, state.temperature()),
                broadcast.of(state.parameters(), state.moments().get(0)),
                validates));
    RoundResult result = parts.get(0).results().get(0);
    return new Outcome(
        result.weights().parameters(),
        List.of(result.weights().moments()),
        state.velocity(),
        result.temperature(),
        Optional.of(result.temperatureBound()).filter(bound -> !bound.isEmpty()),
        result.loss(),
        result.seconds(),
        validates ? Optional.of(validated(parts)) : Optional.empty());
  }

  private static Validated validated(List<GlobalRound.Part> parts) {
    return new Validated(
        ValidationLoss.Sums.of(parts.stream().flatMap(part -> part.validation().stream()).toList()),
        parts.stream().mapToDouble(GlobalRound.Part::validationSeconds).max().orElseThrow());
  }
}
