// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.sweep;

import dev.fathom.error.FathomException;
import dev.fathom.measure.MeasureSettings;
import dev.fathom.model.ModelSettings;
import dev.fathom.settings.Settings;
import dev.fathom.train.TrainStageSettings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The {@code sweep} keys, and the settings that all cells share.
 *
 * @param common the settings of the job
 * @param grid keys with their values; every combination is tried, and the embedding width comes
 *     first
 * @param repeats number of cells for each combination
 */
public record SweepSettings(Settings common, Map<String, List<String>> grid, int repeats) {
  /** The key of the embedding width. */
  public static final String DIMENSION = "model.dimension";

  static final String SEED = "training.seed";

  /** Keys that all cells must share. */
  private static final List<String> FIXED = List.of(SEED, "measure.maxPoints");

  /** Reads and checks the keys, and the settings of every cell. */
  public static SweepSettings of(Settings settings) {
    Map<String, List<String>> grid = new LinkedHashMap<>();
    List<Integer> dimensions = settings.sizes("sweep.dimensions");
    if (!dimensions.isEmpty()) {
      grid.put(DIMENSION, dimensions.stream().map(String::valueOf).toList());
    }
    settings
        .grid()
        .forEach(
            (key, values) -> {
              requireSweepable(key);
              grid.put(key, values);
            });
    grid.forEach(SweepSettings::requireDistinct);
    SweepSettings sweep =
        new SweepSettings(settings, grid, settings.integer("sweep.repeats", 1, 1_000_000));
    for (Cell cell : sweep.cells()) {
      if (cell.repeat() == 0) {
        TrainStageSettings.of(sweep.settings(cell));
        MeasureSettings.of(sweep.settings(cell));
      }
    }
    return sweep;
  }

  private static void requireDistinct(String key, List<String> values) {
    if (values.stream().distinct().count() < values.size()) {
      throw FathomException.usage("the sweep names a value of %s twice: %s", key, values);
    }
  }

  private static void requireSweepable(String key) {
    if (key.equals(DIMENSION)) {
      throw FathomException.usage("sweep.grid.%s: name the widths in sweep.dimensions", key);
    }
    if (FIXED.contains(key) || !key.matches("(model|training|temperature|measure)\\..*")) {
      throw FathomException.usage(
          "sweep.grid.%s: a sweep varies keys of model, training, temperature and measure, but not %s",
          key, String.join(" and ", FIXED));
    }
  }

  /** Every cell, with the repeats of a setting next to each other. */
  List<Cell> cells() {
    List<Map<String, String>> points = List.of(Map.of());
    for (Map.Entry<String, List<String>> axis : grid.entrySet()) {
      List<Map<String, String>> crossed = new ArrayList<>();
      for (Map<String, String> point : points) {
        for (String value : axis.getValue()) {
          Map<String, String> next = new LinkedHashMap<>(point);
          next.put(axis.getKey(), value);
          crossed.add(next);
        }
      }
      points = crossed;
    }
    List<Cell> cells = new ArrayList<>();
    for (Map<String, String> point : points) {
      for (int repeat = 0; repeat < repeats; repeat++) {
        cells.add(new Cell(point, repeat, common.wholeNumber(SEED) + repeat));
      }
    }
    return cells;
  }

  /** The settings of a cell. */
  Settings settings(Cell cell) {
    List<String> assignments = new ArrayList<>();
    cell.settings().forEach((key, value) -> assignments.add(key + "=" + value));
    assignments.add(SEED + "=" + cell.seed());
    return common.with(assignments);
  }

  /** The settings that all cells share, which must be the same when a sweep is continued. */
  public Map<String, String> identity() {
    Map<String, String> identity = ModelSettings.identity(common.effective());
    identity.keySet().removeIf(key -> key.startsWith("sweep.") || key.startsWith("output."));
    return identity;
  }
}
