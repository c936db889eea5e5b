// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.workers;

import java.util.List;

/** The workers of a training, which hold its training and validation pairs. */
public interface Workers extends AutoCloseable {
  /** Runs a task on every partition. The results are in the order of the partitions. */
  <T> List<T> each(WorkerTask<T> task);

  /**
   * Runs a task on every partition and merges the results.
   *
   * @param merge merges consecutive results; many results are merged in groups first ({@link
   *     Groups})
   */
  <T> T reduce(WorkerTask<T> task, Merge<T> merge);

  /**
   * Runs a task on every partition of the validation pairs. The results are in the order of the
   * partitions.
   */
  <T> List<T> validate(WorkerTask<T> task);

  /** Runs a task that all workers do together. The results are in the order of the partitions. */
  <T> List<T> together(CollectiveTask<T> task);

  /**
   * Makes a value available to the tasks.
   *
   * @param bytes approximate size of the value
   */
  <T> BroadcastValue<T> broadcast(T value, long bytes);

  /** Frees everything that the workers shared. */
  @Override
  default void close() {}

  /** Describes the following tasks for monitoring. */
  void describe(String purpose);

  /** Describes the following tasks as those of a round. */
  default void beginRound(int round) {
    describe("train: round " + round);
  }
}
