// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.settings;

import dev.fathom.settings.Settings;
import java.io.Serializable;

/**
 * The learning rate of each step.
 *
 * @param highest after the warm-up
 * @param warmup share of the steps in which it rises
 */
public record LearningRate(double highest, double warmup, Decay decay) implements Serializable {
  private static final long serialVersionUID = 1L;

  /** What it does after the warm-up. */
  public enum Decay {
    /** Falls to 0 as half a cosine. */
    COSINE,
    /** Stays. */
    NONE
  }

  /** Reads and checks the keys. */
  public static LearningRate of(Settings settings) {
    return new LearningRate(
        settings.number("training.learningRate", 0, 100),
        settings.number("training.warmup", 0, 1),
        settings.choice("training.decay", Decay.class));
  }

  /**
   * What a step takes of the highest rate: a linear rise, then the decay. Near its floor the
   * temperature makes the loss steep, and a rate that does not fall lets the last epochs jump out
   * of the minimum; so the temperature's own rate falls with it.
   *
   * @param step from 0
   */
  public double share(long step, long totalSteps) {
    double warmupSteps = warmup * totalSteps;
    if (step < warmupSteps) {
      return (step + 1) / (warmupSteps + 1);
    }
    return switch (decay) {
      case NONE -> 1;
      case COSINE ->
          0.5
              * (1
                  + Math.cos(
                      Math.PI * (step - warmupSteps) / Math.max(totalSteps - warmupSteps, 1)));
    };
  }
}
