// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.pairs;

import java.io.Serializable;
import java.util.List;

/**
 * The pairs of a worker: consecutive partitions.
 *
 * @param from number of the first partition
 * @param of number of partitions of all workers
 * @param validation the worker's partitions of the validation pairs
 */
public record PlacedPairs(
    int from, int of, List<PairPartition> partitions, List<PairPartition> validation)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** End of the range of the partitions' numbers, exclusive. */
  public int to() {
    return from + partitions.size();
  }
}
