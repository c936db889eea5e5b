// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.workers;

import dev.fathom.collective.Collective;
import dev.fathom.train.pairs.PairPartition;
import java.util.ArrayList;
import java.util.List;

/** Workers who take turns on this thread. */
public record LocalWorkers(List<PairPartition> pairs) implements Workers {
  @Override
  public <T> List<T> each(WorkerTask<T> task) {
    List<T> results = new ArrayList<>();
    for (PairPartition partition : pairs) {
      results.add(task.run(partition));
    }
    return results;
  }

  @Override
  public <T> T reduce(WorkerTask<T> task, Merge<T> merge) {
    return Groups.merged(each(task), merge);
  }

  @Override
  public <T> T together(CollectiveTask<T> task) {
    return task.run(pairs, Collective.alone(pairs.size()));
  }

  @Override
  public <T> BroadcastValue<T> broadcast(T value, long bytes) {
    return new BroadcastValue<>(value, null);
  }

  @Override
  public void describe(String purpose) {}
}
