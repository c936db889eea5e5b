// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.round;

import dev.fathom.collective.Collective;
import dev.fathom.train.pairs.PairPartition;
import dev.fathom.train.step.ExactTemperature;
import dev.fathom.train.step.RoundResult;
import dev.fathom.train.step.RoundState;
import dev.fathom.train.step.Trainer;
import dev.fathom.train.step.Trainer.LatestBatches;
import dev.fathom.train.step.TrainerPool;
import dev.fathom.train.step.Weights;
import dev.fathom.train.workers.BroadcastValue;
import dev.fathom.train.workers.CollectiveTask;
import java.util.List;

/**
 * A member's part of a round of global batches.
 *
 * @param weights initial weights; the arrays are shared and must not be written to
 */
record GlobalRound(TrainerPool trainers, RoundState state, BroadcastValue<Weights> weights)
    implements CollectiveTask<RoundResult> {
  private static final long serialVersionUID = 1L;

  @Override
  public RoundResult run(List<PairPartition> pairs, Collective collective) {
    return trainers.lend(
        trainer -> {
          RoundResult result = trainer.run(pairs, state, weights.value(), collective);
          return trainers.spec().temperature().isExact()
              ? withExactTemperature(trainer, pairs, result, collective)
              : result;
        });
  }

  private RoundResult withExactTemperature(
      Trainer trainer, List<PairPartition> pairs, RoundResult result, Collective collective) {
    LatestBatches latest = trainer.latest(pairs, state, result.weights().parameters(), collective);
    ExactTemperature.Range range = ExactTemperature.Range.of(trainers.spec(), state);
    ExactTemperature.Solution solution =
        ExactTemperature.solve(inverse -> trainer.curve(latest, inverse, collective), range);
    return result.withTemperature(
        state.temperature().at(-Math.log(solution.inverse())), range.boundOf(solution).orElse(""));
  }
}
