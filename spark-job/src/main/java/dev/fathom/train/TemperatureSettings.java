// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train;

import dev.fathom.common.FathomException;
import dev.fathom.settings.Settings;
import java.util.List;

/**
 * The {@code temperature} keys of the configuration.
 *
 * @param mode {@code global} or {@code fixed}
 * @param initial τ to start from
 * @param learningRate of log τ
 * @param floor τ does not fall below
 */
public record TemperatureSettings(String mode, double initial, double learningRate, double floor) {
  static final String GLOBAL = "global";

  /** Reads and checks the keys. */
  public static TemperatureSettings of(Settings settings) {
    TemperatureSettings read =
        new TemperatureSettings(
            settings.choice("temperature.mode", List.of(GLOBAL, "fixed")),
            settings.number("temperature.initial", 1e-4, 1e3),
            settings.number("temperature.learningRate", 0, 10),
            settings.number("temperature.floor", 1e-4, 1e3));
    if (read.mode.equals(GLOBAL) && read.floor > read.initial) {
      throw FathomException.usage(
          "temperature.floor = %s is above temperature.initial = %s", read.floor, read.initial);
    }
    return read;
  }
}
