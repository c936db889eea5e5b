// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train;

import dev.fathom.collective.Collective;
import java.util.ArrayList;
import java.util.List;

/** Workers who take turns on this thread. */
record LocalWorkers(List<PairPartition> pairs) implements Workers {
  @Override
  public <T> List<T> each(WorkerTask<T> task) {
    List<T> results = new ArrayList<>();
    for (PairPartition partition : pairs) {
      results.add(task.run(partition));
    }
    return results;
  }

  /** Adds up as a cluster does, to the same bits. */
  @Override
  public RoundResult mean(LocalRound round) {
    List<RoundResult> results = each(round);
    if (results.size() <= RoundResult.MOST_DIRECT) {
      return RoundResult.mean(results);
    }
    int size = RoundResult.groupSize(results.size());
    List<RoundResult> groups = new ArrayList<>();
    for (int from = 0; from < results.size(); from += size) {
      groups.add(RoundResult.mean(results.subList(from, Math.min(from + size, results.size()))));
    }
    return RoundResult.mean(groups);
  }

  @Override
  public RoundResult together(GlobalRound round) {
    return round.run(pairs, Collective.alone(pairs.size()));
  }

  @Override
  public <T> Shipped<T> ship(T value, long bytes) {
    return new Shipped<>(value, null);
  }

  @Override
  public void describe(String purpose) {}
}
