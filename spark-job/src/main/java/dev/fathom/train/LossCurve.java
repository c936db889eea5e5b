// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train;

import dev.fathom.contrastive.InfoNce;

/**
 * A worker's part of the loss as a function of the temperature: L and its derivatives on its latest
 * batches, embedded anew.
 *
 * @param state the round whose batches they are
 * @param inverse 1/τ where L is asked for
 */
record LossCurve(ReplicaPool replicas, RoundState state, Shipped<Weights> weights, double inverse)
    implements WorkerTask<InfoNce.Curve> {
  private static final long serialVersionUID = 1L;

  @Override
  public InfoNce.Curve run(PairPartition pairs, int partition) {
    return replicas.lend(
        replica ->
            replica.curve(
                pairs,
                partition,
                replicas.training(),
                state,
                weights.value().parameters(),
                inverse));
  }
}
