// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.round;

import dev.fathom.collective.Collective;
import dev.fathom.train.pairs.PairPartition;
import dev.fathom.train.pairs.PlacedPairs;
import dev.fathom.train.step.ExactTemperature;
import dev.fathom.train.step.RoundResult;
import dev.fathom.train.step.RoundState;
import dev.fathom.train.step.Trainer;
import dev.fathom.train.step.Trainer.LatestBatches;
import dev.fathom.train.step.TrainerPool;
import dev.fathom.train.step.ValidationLoss;
import dev.fathom.train.step.Weights;
import dev.fathom.train.workers.BroadcastValue;
import dev.fathom.train.workers.CollectiveTask;
import java.io.Serializable;
import java.util.List;

/**
 * A member's part of a round of global batches, and of the validation after it.
 *
 * @param weights initial weights; the arrays are shared and must not be written to
 * @param validates whether a validation follows
 */
record GlobalRound(
    TrainerPool trainers, RoundState state, BroadcastValue<Weights> weights, boolean validates)
    implements CollectiveTask<GlobalRound.Part> {
  private static final long serialVersionUID = 1L;

  /**
   * A member's report to the driver.
   *
   * @param results result of the round, from the first member only, as all members have the same
   *     bits
   * @param validation sums over the member's own validation partitions
   * @param validationSeconds time that the validation took
   */
  record Part(
      List<RoundResult> results, List<ValidationLoss.Sums> validation, double validationSeconds)
      implements Serializable {
    private static final long serialVersionUID = 1L;
  }

  @Override
  public Part run(PlacedPairs own, Collective collective) {
    return trainers.lend(
        trainer -> {
          RoundResult result = steps(own.partitions(), collective, trainer);
          long begin = System.nanoTime();
          List<ValidationLoss.Sums> validation =
              validates ? validation(own.validation(), result, trainer) : List.of();
          return new Part(
              collective.from() == 0 ? List.of(result) : List.of(),
              validation,
              (System.nanoTime() - begin) * 1e-9);
        });
  }

  /** Does the steps of the round. Every member has the same result, to the bit. */
  RoundResult steps(List<PairPartition> pairs, Collective collective, Trainer trainer) {
    RoundResult result = trainer.run(pairs, state, weights.value(), collective);
    return trainers.spec().temperature().isExact()
        ? withExactTemperature(trainer, pairs, result, collective)
        : result;
  }

  private static List<ValidationLoss.Sums> validation(
      List<PairPartition> partitions, RoundResult after, Trainer trainer) {
    return partitions.stream()
        .map(
            pairs ->
                trainer.validationLoss(pairs, after.weights().parameters(), after.temperature()))
        .toList();
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
