// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train;

import dev.fathom.settings.Settings;
import java.io.Serializable;
import java.util.List;

/**
 * How training goes: the {@code training} keys of the configuration.
 *
 * @param epochs passes over the training pairs
 * @param batchSize pairs in a batch of one worker
 * @param optimizer {@code adam} or {@code sgd}
 * @param learningRate at its highest
 * @param warmup share of the steps in which the learning rate rises
 * @param decay {@code cosine} or {@code none}
 * @param weightDecay L2 penalty on the encoders' parameters
 * @param averagingPeriod local steps of a round
 * @param workers parts the pairs are trained in; 0 stands for the cores that Spark has
 * @param checkpointEvery rounds between checkpoints
 * @param seed of every random choice
 */
public record TrainingSettings(
    int epochs,
    int batchSize,
    String optimizer,
    double learningRate,
    double warmup,
    String decay,
    double weightDecay,
    int averagingPeriod,
    int workers,
    int checkpointEvery,
    long seed)
    implements Serializable {
  private static final long serialVersionUID = 1L;
  static final String ADAM = "adam";
  static final String COSINE = "cosine";

  /** Reads and checks the keys. */
  public static TrainingSettings of(Settings settings) {
    return new TrainingSettings(
        settings.integer("training.epochs", 1, 1_000_000),
        settings.integer("training.batchSize", 2, 32_768),
        settings.choice("training.optimizer", List.of(ADAM, "sgd")),
        settings.number("training.learningRate", 0, 100),
        settings.number("training.warmup", 0, 1),
        settings.choice("training.decay", List.of(COSINE, "none")),
        settings.number("training.weightDecay", 0, 100),
        settings.integer("training.averagingPeriod", 1, 1_000_000),
        settings.integer("training.workers", 0, 100_000),
        settings.integer("training.checkpointEvery", 1, Integer.MAX_VALUE),
        settings.wholeNumber("training.seed"));
  }

  /**
   * The learning rate of a step: a linear rise, then half a cosine down to 0. Near its floor the
   * temperature makes the loss steep, and a rate that does not fall lets the last epochs jump out
   * of the minimum.
   */
  double learningRate(long step, long totalSteps) {
    double warmupSteps = warmup * totalSteps;
    if (step < warmupSteps) {
      return learningRate * (step + 1) / (warmupSteps + 1);
    }
    if (!decay.equals(COSINE)) {
      return learningRate;
    }
    return learningRate
        * 0.5
        * (1 + Math.cos(Math.PI * (step - warmupSteps) / Math.max(totalSteps - warmupSteps, 1)));
  }
}
