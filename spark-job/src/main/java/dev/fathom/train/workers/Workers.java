// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.workers;

import java.util.List;

/** Those who hold the pairs. */
public interface Workers extends AutoCloseable {
  /** Has a task done on every partition; the results are in the partitions' order. */
  <T> List<T> each(WorkerTask<T> task);

  /**
   * Has a task done on every partition, and makes the results one.
   *
   * @param merge of neighbours; of many results it is done in groups first ({@link Groups})
   */
  <T> T reduce(WorkerTask<T> task, Merge<T> merge);

  /** Has all workers do a task together, whose result is the same for each. */
  <T> T together(CollectiveTask<T> task);

  /**
   * Brings something to where the tasks run.
   *
   * @param bytes its size, about
   */
  <T> BroadcastValue<T> broadcast(T value, long bytes);

  /** Lets go of what they needed of each other. */
  @Override
  default void close() {}

  /** Tells whoever watches what the tasks that follow are for. */
  void describe(String purpose);

  /** The same of the tasks of a round. */
  default void beginRound(int round) {
    describe("train: round " + round);
  }
}
