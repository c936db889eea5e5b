// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.round;

import dev.fathom.collective.Collective;
import dev.fathom.contrastive.Curve;
import dev.fathom.train.pairs.PairPartition;
import dev.fathom.train.step.RoundState;
import dev.fathom.train.step.TrainerPool;
import dev.fathom.train.step.Weights;
import dev.fathom.train.workers.BroadcastValue;
import dev.fathom.train.workers.WorkerTask;
import java.util.List;

/**
 * A worker's part of the loss as a function of the temperature: L and its derivatives on its latest
 * batches, which are embedded once per round and cached with the pairs.
 *
 * @param state the round whose last batches are used
 * @param inverse 1/τ at which L is computed
 */
record LossCurve(
    TrainerPool trainers, RoundState state, BroadcastValue<Weights> weights, double inverse)
    implements WorkerTask<Curve> {
  private static final long serialVersionUID = 1L;

  @Override
  public Curve run(PairPartition pairs) {
    Collective alone = Collective.alone(1);
    return trainers.lend(
        trainer ->
            trainer.curve(
                pairs.keep(
                    trainers.training() + "/" + state.firstStep(),
                    () ->
                        trainer.latest(List.of(pairs), state, weights.value().parameters(), alone)),
                inverse,
                alone));
  }
}
