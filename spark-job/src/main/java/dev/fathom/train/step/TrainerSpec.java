// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.step;

import dev.fathom.model.Towers;
import dev.fathom.train.settings.TemperatureSettings;
import dev.fathom.train.settings.TrainingSettings;
import java.io.Serializable;

/** All that it takes to make a {@link Trainer}. */
public record TrainerSpec(
    Towers towers, TrainingSettings settings, TemperatureSettings temperature, BatchPlan plan)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** What a step takes of the highest learning rates. */
  public double learningRateShare(long step) {
    return settings.learningRate().share(step, plan.totalSteps());
  }

  /**
   * The learning rate of a step. Adam divides a gradient by its size, most of which is noise, and
   * that of a W-th of a batch is √W times as great: parameters averaged over W workers would move
   * as much less than by the whole batch.
   */
  public double learningRate(long step) {
    return settings.learningRate().highest() * noise() * learningRateShare(step);
  }

  /**
   * How much greater a worker's gradient is by its noise, as far as the optimiser divides by it.
   */
  double noise() {
    return settings.optimizer() == TrainingSettings.Algorithm.SGD
        ? 1
        : Math.sqrt(plan.localTrainers());
  }
}
