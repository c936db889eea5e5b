// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train;

import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;

/**
 * A worker's part of the validation loss: one number, or none where its part is too small to tell
 * pairs apart.
 */
record ValidationLoss(ReplicaPool replicas, Broadcast<RoundState> state)
    implements FlatMapFunction<Iterator<PairPartition>, Double> {
  private static final long serialVersionUID = 1L;

  @Override
  public Iterator<Double> call(Iterator<PairPartition> pairs) {
    PairPartition own = pairs.next();
    if (own.size() < 2) {
      return Collections.emptyIterator();
    }
    RoundState now = state.value();
    double loss =
        replicas.<Double>lend(
            replica -> replica.validationLoss(own, now.weights().parameters(), now.temperature()));
    return List.of(loss).iterator();
  }
}
