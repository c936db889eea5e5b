// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.settings;

import dev.fathom.settings.Settings;

/** How the workers share the work: the key {@code training.mode}. */
public enum TrainingMode {
  /**
   * Every step is one batch of all: its embeddings are gathered, its gradients added up, and one
   * optimiser's step taken. The result does not depend on how many workers there are.
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

  /** Rows of a micro-batch of a global batch; with fewer, multiplying matrices is slow. */
  private static final int FEWEST_ROWS = 32;

  private static final int MOST_PARTITIONS = 256;

  /** Pairs a worker's step has at least: with fewer negatives, retrieval suffers. */
  static final int FEWEST_PAIRS = 128;

  /** Reads the key. */
  public static TrainingMode of(Settings settings) {
    return settings.choice("training.mode", TrainingMode.class);
  }

  /**
   * In how many partitions the pairs lie, each of which has a part in every step. It follows from
   * the batch, never from the machines.
   *
   * @param batch pairs of a step
   * @param workers as the settings have it, 0 for any number
   */
  abstract int partitions(int batch, int workers);

  /** As the configuration has it. */
  @Override
  public String toString() {
    return Settings.written(this);
  }
}
