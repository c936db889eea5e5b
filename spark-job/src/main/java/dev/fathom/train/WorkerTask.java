// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train;

import java.io.Serializable;

/** Something that every worker does with its pairs. */
interface WorkerTask<T> extends Serializable {
  /**
   * Does it.
   *
   * @param partition the worker's number
   */
  T run(PairPartition pairs, int partition);
}
