// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.workers;

import dev.fathom.train.pairs.PairPartition;
import java.io.Serializable;

/** A task on the pairs of one partition. */
public interface WorkerTask<T> extends Serializable {
  /** Runs on one partition. */
  T run(PairPartition pairs);
}
