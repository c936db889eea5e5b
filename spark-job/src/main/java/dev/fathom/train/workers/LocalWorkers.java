// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.workers;

import dev.fathom.collective.Collective;
import dev.fathom.train.pairs.PairPartition;
import dev.fathom.train.pairs.PlacedPairs;
import java.util.List;

/** Workers that take turns on the calling thread. */
public record LocalWorkers(List<PairPartition> pairs, List<PairPartition> validation)
    implements Workers {
  @Override
  public <T> List<T> each(WorkerTask<T> task) {
    return task.onEach(pairs);
  }

  @Override
  public <T> List<T> validate(WorkerTask<T> task) {
    return task.onEach(validation);
  }

  @Override
  public <T> T reduce(WorkerTask<T> task, Merge<T> merge) {
    return Groups.merged(each(task), merge);
  }

  @Override
  public <T> List<T> together(CollectiveTask<T> task) {
    PlacedPairs all = new PlacedPairs(0, pairs.size(), pairs, validation);
    return List.of(task.run(all, Collective.alone(pairs.size())));
  }

  @Override
  public <T> BroadcastValue<T> broadcast(T value, long bytes) {
    return new BroadcastValue<>(value, null);
  }

  @Override
  public void describe(String purpose) {}
}
