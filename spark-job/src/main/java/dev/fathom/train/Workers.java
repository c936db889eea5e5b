// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train;

import java.util.List;

/** Those who hold the pairs. */
interface Workers {
  /** Has every worker do a task; the results are in the workers' order. */
  <T> List<T> each(WorkerTask<T> task);

  /** Has every worker do a round, and takes the mean. */
  default RoundResult mean(LocalRound round) {
    return RoundResult.mean(each(round));
  }

  /**
   * Brings something to where the tasks run.
   *
   * @param bytes its size, about
   */
  <T> Shipped<T> ship(T value, long bytes);

  /** Tells whoever watches what the tasks that follow are for. */
  void describe(String purpose);

  /** The same of the tasks of a round. */
  default void beginRound(int round) {
    describe("train: round " + round);
  }
}
