// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.settings;

import dev.fathom.contrastive.Objective;
import dev.fathom.error.FathomException;
import dev.fathom.settings.Settings;
import java.io.Serializable;

/**
 * The {@code temperature} keys of the configuration.
 *
 * @param initial initial τ
 * @param learningRate learning rate of log τ and of the bias
 * @param floor smallest τ
 */
public record TemperatureSettings(Mode mode, double initial, double learningRate, double floor)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** How the temperature changes. */
  public enum Mode {
    /** One temperature for all workers, stepped by the gradient over all their batches. */
    GLOBAL,
    /**
     * One temperature for all workers, which after each round minimises the loss of the latest
     * batches.
     */
    GLOBAL_EXACT,
    /** Each averaging worker steps its own temperature, and the temperatures are averaged. */
    LOCAL,
    /** The temperature stays at its initial value; only the bias changes. */
    FIXED
  }

  /** Reads and checks the keys. */
  public static TemperatureSettings of(Settings settings) {
    TemperatureSettings read =
        new TemperatureSettings(
            settings.choice("temperature.mode", Mode.class),
            settings.number("temperature.initial", 1e-4, 1e3),
            settings.number("temperature.learningRate", 0, 10),
            settings.number("temperature.floor", 1e-4, 1e3));
    if (read.mode != Mode.FIXED && read.floor > read.initial) {
      throw FathomException.usage(
          "temperature.floor = %s is above temperature.initial = %s", read.floor, read.initial);
    }
    if (read.mode == Mode.LOCAL && TrainingMode.of(settings) == TrainingMode.GLOBAL_BATCH) {
      throw FathomException.usage(
          "temperature.mode = %s belongs to training.mode = %s; under %s all have one temperature",
          Settings.written(read.mode), TrainingMode.PARAMETER_AVERAGING, TrainingMode.GLOBAL_BATCH);
    }
    if (read.isExact() && !settings.choice("training.objective", Objective.class).hasCurve()) {
      throw FathomException.usage(
          "temperature.mode = %s wants training.objective = %s, whose loss has one minimum in it",
          Settings.written(read.mode), Settings.written(Objective.INFO_NCE));
    }
    return read;
  }

  public boolean isExact() {
    return mode == Mode.GLOBAL_EXACT;
  }

  /**
   * Whether workers step the temperature within a round, each by its own gradient. In mode {@code
   * global} these steps only predict the driver's: a temperature that stood still for a round of
   * many steps and then made all of them at once would disturb the training. In mode {@code fixed}
   * workers step only the bias.
   */
  public boolean stepsOnWorkers() {
    return mode != Mode.GLOBAL_EXACT;
  }
}
