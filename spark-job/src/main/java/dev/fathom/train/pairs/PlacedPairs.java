// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.pairs;

import java.io.Serializable;
import java.util.List;

/**
 * The pairs that a worker holds: partitions that follow each other.
 *
 * @param from number of the first
 * @param of how many there are in all
 */
public record PlacedPairs(int from, int of, List<PairPartition> partitions)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** The number after the last. */
  public int to() {
    return from + partitions.size();
  }
}
