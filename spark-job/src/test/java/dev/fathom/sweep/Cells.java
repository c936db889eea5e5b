// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.sweep;

import dev.fathom.error.ExitCode;
import dev.fathom.evaluate.SimilarityHistogram;
import dev.fathom.measure.Metric;
import dev.fathom.sweep.CellResult.Failed;
import dev.fathom.sweep.CellResult.Measured;
import dev.fathom.sweep.CellResult.TracePoint;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Cells of a sweep that was never run. */
final class Cells {
  private Cells() {}

  static Cell cell(int dimension, int repeat) {
    return new Cell(
        Map.of(SweepSettings.DIMENSION, String.valueOf(dimension)), repeat, 42L + repeat);
  }

  static Measured measured(Cell cell, Map<Metric, Double> figures) {
    return new Measured(
        cell,
        1.5,
        new EnumMap<>(figures),
        List.of(new TracePoint(1, 3.5, 3.25, 0.07, 2.5, Double.NaN)),
        new SimilarityHistogram(-1, 1, new int[] {0, 2}, new int[] {3, 4}));
  }

  static Failed failed(Cell cell) {
    return new Failed(cell, 0.5, ExitCode.DIVERGED, "training diverged, and more");
  }
}
