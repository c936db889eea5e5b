// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import dev.fathom.data.Split;
import dev.fathom.measure.EmbeddingColumns;
import dev.fathom.measure.MeasureSettings;
import dev.fathom.prepare.PrepareSettings;
import dev.fathom.settings.Settings;
import dev.fathom.sweep.SweepSettings;
import dev.fathom.train.TrainStageSettings;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The settings of all stages, read and checked before any work is done.
 *
 * @param splits splits whose pairs are embedded
 * @param columns where the sides are in embeddings that were made elsewhere
 * @param sweep the grid of a sweep
 * @param partition directory below the output, such as {@code dt=2026-11-23}; empty for none
 * @param overwrite whether an output directory that exists may be replaced
 * @param seed seed of every random choice
 * @param effective every key with its value
 * @param all the settings from which all of these were read
 */
record JobSettings(
    PrepareSettings prepare,
    TrainStageSettings train,
    List<Split> splits,
    MeasureSettings measure,
    EmbeddingColumns columns,
    SweepSettings sweep,
    Optional<String> partition,
    boolean overwrite,
    long seed,
    Map<String, String> effective,
    Settings all) {

  static JobSettings of(Settings settings) {
    return new JobSettings(
        PrepareSettings.of(settings),
        TrainStageSettings.of(settings),
        splits(settings),
        MeasureSettings.of(settings),
        EmbeddingColumns.of(settings),
        SweepSettings.of(settings),
        settings.text("output.partition"),
        settings.flag("output.overwrite"),
        settings.wholeNumber("training.seed"),
        settings.effective(),
        settings);
  }

  private static List<Split> splits(Settings settings) {
    String chosen = settings.choice("embed.split", List.of("train", "val", "test", "all"));
    return Arrays.stream(Split.values())
        .filter(split -> chosen.equals("all") || chosen.equals(split.directory()))
        .toList();
  }
}
