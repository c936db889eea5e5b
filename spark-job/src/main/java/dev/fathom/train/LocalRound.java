// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train;

import dev.fathom.train.Weights.Moments;
import java.util.List;

/**
 * A worker's part of a round: its local steps.
 *
 * @param weights what the steps start from; the arrays are shared and must not be written to
 * @param ownMoments each worker's own moments in place of the shared ones, or none
 */
record LocalRound(
    ReplicaPool replicas,
    RoundState state,
    Shipped<Weights> weights,
    List<Shipped<Moments>> ownMoments)
    implements WorkerTask<RoundResult> {
  private static final long serialVersionUID = 1L;

  @Override
  public RoundResult run(PairPartition pairs, int partition) {
    Weights start =
        ownMoments.isEmpty()
            ? weights.value()
            : new Weights(weights.value().parameters(), ownMoments.get(partition).value());
    return replicas.lend(replica -> replica.run(pairs, partition, state, start));
  }
}
