// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.workers;

import dev.fathom.collective.Collective;
import dev.fathom.train.pairs.PairPartition;
import java.io.Serializable;
import java.util.List;

/** A task that all workers do together. */
public interface CollectiveTask<T> extends Serializable {
  /**
   * Runs a member's part. Every member has the same result, to the bit.
   *
   * @param pairs the member's partitions
   */
  T run(List<PairPartition> pairs, Collective collective);
}
