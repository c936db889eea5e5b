// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train;

import java.util.List;

/** Those who hold the pairs. */
interface Workers extends AutoCloseable {
  /** Has a task done on every partition; the results are in the partitions' order. */
  <T> List<T> each(WorkerTask<T> task);

  /** Has every worker do a round by itself, and takes the mean. */
  RoundResult mean(LocalRound round);

  /** Has all workers do a round together. */
  RoundResult together(GlobalRound round);

  /**
   * Brings something to where the tasks run.
   *
   * @param bytes its size, about
   */
  <T> Shipped<T> ship(T value, long bytes);

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
