// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train;

import dev.fathom.collective.Collective;
import java.io.Serializable;
import java.util.List;

/** Something that all workers do together. */
interface CollectiveTask<T> extends Serializable {
  /**
   * A member's part of it; every member has the same result, to the bit.
   *
   * @param pairs the member's partitions
   */
  T run(List<PairPartition> pairs, Collective collective);
}
