// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train;

import java.io.Serializable;
import org.apache.spark.broadcast.Broadcast;

/** A worker's part of a round: its pairs and their partition's number in, its weights out. */
record LocalRound(ReplicaPool replicas, Broadcast<RoundState> state) implements Serializable {
  private static final long serialVersionUID = 1L;

  RoundResult run(PairPartition pairs, int partition) {
    return replicas.lend(replica -> replica.run(pairs, partition, state.value()));
  }
}
