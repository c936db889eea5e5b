// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.settings;

import dev.fathom.settings.Settings;
import java.io.Serializable;

/**
 * The learning rate of each step.
 *
 * @param highest rate after the warm-up
 * @param warmup share of the steps in which the rate rises
 */
public record LearningRate(double highest, double warmup, Decay decay) implements Serializable {
  private static final long serialVersionUID = 1L;

  /** How the rate changes after the warm-up. */
  public enum Decay {
    /** The rate falls to 0 along half a cosine. */
    COSINE,
    /** The rate stays the same. */
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
   * A step's share of the highest rate: a linear rise, then the decay. The temperature's own rate
   * follows the same schedule: near its floor a temperature makes the loss steep, and the last
   * epochs would jump out of the minimum unless the rate falls.
   *
   * @param step number of the step, from 0
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
