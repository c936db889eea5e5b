// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train;

import java.util.List;

/** Workers that each hold a partition. */
record SparkWorkers(PlacedRdd<PairPartition> pairs) implements Workers {
  @Override
  public <T> List<T> each(WorkerTask<T> task) {
    return pairs.each(task::run);
  }
}
