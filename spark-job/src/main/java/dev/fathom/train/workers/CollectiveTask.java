// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.workers;

import dev.fathom.collective.Collective;
import dev.fathom.train.pairs.PlacedPairs;
import java.io.Serializable;

/** A task that all workers do together. */
public interface CollectiveTask<T> extends Serializable {
  /**
   * Runs a member's part.
   *
   * @param own the member's pairs
   */
  T run(PlacedPairs own, Collective collective);
}
