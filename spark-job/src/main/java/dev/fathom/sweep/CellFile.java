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
import java.util.Objects;

/**
 * A cell as it stands in a file, where null is what there was nothing to take from.
 *
 * @param figures by the paths of the metrics
 */
record CellFile(
    Cell cell,
    ExitCode exitCode,
    String failure,
    double seconds,
    Map<Metric, Double> figures,
    List<Trace> trace,
    SimilarityHistogram similarities) {

  /** A point of the trace. */
  record Trace(
      double epoch,
      double loss,
      Double validationLoss,
      double temperature,
      Double dimensionX,
      Double dimensionY) {

    private static Trace of(TracePoint point) {
      return new Trace(
          point.epoch(),
          point.loss(),
          point.validationLoss(),
          point.temperature(),
          number(point.dimensionX()),
          number(point.dimensionY()));
    }

    private TracePoint point() {
      return new TracePoint(
          epoch, loss, number(validationLoss), temperature, number(dimensionX), number(dimensionY));
    }

    private static Double number(double value) {
      return Double.isNaN(value) ? null : value;
    }

    private static double number(Double value) {
      return value == null ? Double.NaN : value;
    }
  }

  static CellFile of(CellResult result) {
    if (result instanceof Failed failed) {
      return new CellFile(
          failed.cell(),
          failed.exitCode(),
          failed.failure(),
          failed.seconds(),
          Map.of(),
          List.of(),
          null);
    }
    Measured measured = (Measured) result;
    Map<Metric, Double> figures = new EnumMap<>(Metric.class);
    figures.putAll(measured.figures());
    // Told of every cell, whether there was a validation or not.
    figures.putIfAbsent(Metric.VALIDATION_LOSS, null);
    return new CellFile(
        measured.cell(),
        null,
        null,
        measured.seconds(),
        figures,
        measured.trace().stream().map(Trace::of).toList(),
        measured.similarities());
  }

  CellResult result() {
    if (failure != null) {
      return new Failed(cell, seconds, exitCode, failure);
    }
    Map<Metric, Double> found = new EnumMap<>(Metric.class);
    found.putAll(figures);
    found.values().removeIf(Objects::isNull);
    return new Measured(
        cell, seconds, found, trace.stream().map(Trace::point).toList(), similarities);
  }
}
