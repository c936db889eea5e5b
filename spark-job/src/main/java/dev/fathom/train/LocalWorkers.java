// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train;

import java.util.ArrayList;
import java.util.List;

/** Workers who take turns on this thread. */
record LocalWorkers(List<PairPartition> pairs) implements Workers {
  @Override
  public <T> List<T> each(WorkerTask<T> task) {
    List<T> results = new ArrayList<>();
    for (int i = 0; i < pairs.size(); i++) {
      results.add(task.run(pairs.get(i), i));
    }
    return results;
  }

  @Override
  public <T> Shipped<T> ship(T value, long bytes) {
    return new Shipped<>(value, null);
  }

  @Override
  public void describe(String purpose) {}
}
