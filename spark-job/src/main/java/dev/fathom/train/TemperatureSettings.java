// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train;

import dev.fathom.common.FathomException;
import dev.fathom.settings.Settings;
import java.io.Serializable;
import java.util.List;

/**
 * The {@code temperature} keys of the configuration.
 *
 * @param mode {@code global}, {@code global-exact}, {@code local} or {@code fixed}
 * @param initial τ to start from
 * @param learningRate of log τ
 * @param floor τ does not fall below
 */
public record TemperatureSettings(String mode, double initial, double learningRate, double floor)
    implements Serializable {
  private static final long serialVersionUID = 1L;
  static final String GLOBAL = "global";
  static final String GLOBAL_EXACT = "global-exact";
  static final String LOCAL = "local";
  static final String FIXED = "fixed";

  /** Reads and checks the keys. */
  public static TemperatureSettings of(Settings settings) {
    TemperatureSettings read =
        new TemperatureSettings(
            settings.choice("temperature.mode", List.of(GLOBAL, GLOBAL_EXACT, LOCAL, FIXED)),
            settings.number("temperature.initial", 1e-4, 1e3),
            settings.number("temperature.learningRate", 0, 10),
            settings.number("temperature.floor", 1e-4, 1e3));
    if (!read.mode.equals(FIXED) && read.floor > read.initial) {
      throw FathomException.usage(
          "temperature.floor = %s is above temperature.initial = %s", read.floor, read.initial);
    }
    return read;
  }

  boolean isExact() {
    return mode.equals(GLOBAL_EXACT);
  }

  /**
   * Whether workers step the temperature within a round, each by its own gradient. Under {@code
   * global} these steps only foresee the driver's: a temperature that stood still for a round of
   * many steps and then moved by all of them at once would disturb the training.
   */
  boolean stepsOnWorkers() {
    return mode.equals(LOCAL) || mode.equals(GLOBAL);
  }
}
