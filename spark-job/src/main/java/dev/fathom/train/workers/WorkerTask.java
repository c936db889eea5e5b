// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.workers;

import dev.fathom.train.pairs.PairPartition;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/** A task on the pairs of one partition. */
public interface WorkerTask<T> extends Serializable {
  /** Runs the task on one partition. */
  T run(PairPartition pairs);

  /** Runs the task on one partition after the other. */
  default List<T> onEach(List<PairPartition> partitions) {
    List<T> results = new ArrayList<>();
    for (PairPartition pairs : partitions) {
      results.add(run(pairs));
    }
    return results;
  }
}
