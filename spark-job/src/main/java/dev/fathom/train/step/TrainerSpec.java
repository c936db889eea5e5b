// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.step;

import dev.fathom.model.Towers;
import dev.fathom.train.settings.TemperatureSettings;
import dev.fathom.train.settings.TrainingSettings;
import java.io.Serializable;

/** Everything that is needed to make a {@link Trainer}. */
public record TrainerSpec(
    Towers towers, TrainingSettings settings, TemperatureSettings temperature, BatchPlan plan)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** A step's share of the highest learning rates. */
  public double learningRateShare(long step) {
    return settings.learningRate().share(step, plan.totalSteps());
  }

  /**
   * The learning rate of a step. Adam divides a gradient by its size, which is mostly noise, and a
   * batch of 1/W the size has √W times the noise. So parameters averaged over W workers would move
   * √W times less than with the whole batch, and the rate makes up for it.
   */
  public double learningRate(long step) {
    return settings.learningRate().highest() * noise() * learningRateShare(step);
  }

  /**
   * The factor by which noise makes a worker's gradient larger, if the optimiser divides by its
   * size.
   */
  double noise() {
    return settings.optimizer() == TrainingSettings.Algorithm.SGD
        ? 1
        : Math.sqrt(plan.localTrainers());
  }
}
