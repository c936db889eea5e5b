// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.round;

import dev.fathom.collective.Collective;
import dev.fathom.train.pairs.PairPartition;
import dev.fathom.train.step.RoundResult;
import dev.fathom.train.step.RoundState;
import dev.fathom.train.step.TrainerPool;
import dev.fathom.train.step.Weights;
import dev.fathom.train.step.Weights.Moments;
import dev.fathom.train.workers.BroadcastValue;
import dev.fathom.train.workers.WorkerTask;
import java.util.List;

/**
 * A worker's part of a round of averaging: its local steps.
 *
 * @param weights initial weights; the arrays are shared and must not be written to
 * @param ownMoments each worker's own moments, which replace the shared ones; empty for none
 */
record LocalRound(
    TrainerPool trainers,
    RoundState state,
    BroadcastValue<Weights> weights,
    List<BroadcastValue<Moments>> ownMoments)
    implements WorkerTask<RoundResult> {
  private static final long serialVersionUID = 1L;

  @Override
  public RoundResult run(PairPartition pairs) {
    Weights start =
        ownMoments.isEmpty()
            ? weights.value()
            : new Weights(weights.value().parameters(), ownMoments.get(pairs.number()).value());
    return trainers.lend(trainer -> trainer.run(List.of(pairs), state, start, Collective.alone(1)));
  }
}
