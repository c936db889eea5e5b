// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.settings;

import dev.fathom.settings.Settings;

/** How the workers share the work: the key {@code training.mode}. */
public enum TrainingMode {
  /**
   * Every step takes one batch over all workers: the embeddings are gathered, the gradients added
   * up, and the optimiser takes one step. The result does not depend on the number of workers.
   */
  GLOBAL_BATCH {
    @Override
    int partitions(int batch, int workers) {
      return Math.min(Integer.highestOneBit(Math.max(1, batch / FEWEST_ROWS)), MOST_PARTITIONS);
    }
  },
  /**
   * Every worker steps on its own part of the batch, and parameters are averaged every few steps.
   */
  PARAMETER_AVERAGING {
    @Override
    int partitions(int batch, int workers) {
      return workers > 0 ? workers : Math.max(1, batch / FEWEST_PAIRS);
    }
  };

  /**
   * Smallest number of rows in a micro-batch of a global batch; with fewer, matrix products are
   * slow.
   */
  private static final int FEWEST_ROWS = 32;

  private static final int MOST_PARTITIONS = 256;

  /** Smallest number of pairs in a worker's step; fewer negatives give worse retrieval. */
  static final int FEWEST_PAIRS = 128;

  /** Reads the key. */
  public static TrainingMode of(Settings settings) {
    return settings.choice("training.mode", TrainingMode.class);
  }

  /**
   * The number of partitions of the pairs, each of which contributes to every step. It depends on
   * the batch, never on the machines.
   *
   * @param batch number of pairs in a step
   * @param workers the key {@code training.workers}, 0 for any number
   */
  abstract int partitions(int batch, int workers);

  /** The name in the configuration. */
  @Override
  public String toString() {
    return Settings.written(this);
  }
}
