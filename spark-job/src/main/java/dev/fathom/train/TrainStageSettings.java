// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train;

import dev.fathom.model.ModelSettings;
import dev.fathom.settings.Settings;
import dev.fathom.train.settings.TemperatureSettings;
import dev.fathom.train.settings.TrainingSettings;
import java.util.Map;

/**
 * All settings of a training.
 *
 * @param effective every key of the configuration with its value, for provenance
 */
public record TrainStageSettings(
    ModelSettings model,
    TrainingSettings training,
    TemperatureSettings temperature,
    Map<String, String> effective) {

  /** Reads and checks the keys. */
  public static TrainStageSettings of(Settings settings) {
    return new TrainStageSettings(
        ModelSettings.of(settings),
        TrainingSettings.of(settings),
        TemperatureSettings.of(settings),
        settings.effective());
  }
}
