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
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The content of a cell's file. A value that was not measured is empty here, and null in the file.
 *
 * @param figures values by metric
 */
record CellFile(
    Cell cell,
    Optional<ExitCode> exitCode,
    Optional<String> failure,
    double seconds,
    Map<Metric, OptionalDouble> figures,
    List<Trace> trace,
    Optional<SimilarityHistogram> similarities) {

  /** A point of the trace. */
  record Trace(
      double epoch,
      double loss,
      OptionalDouble validationLoss,
      double temperature,
      OptionalDouble dimensionX,
      OptionalDouble dimensionY) {

    private static Trace of(TracePoint point) {
      return new Trace(
          point.epoch(),
          point.loss(),
          OptionalDouble.of(point.validationLoss()),
          point.temperature(),
          finite(point.dimensionX()),
          finite(point.dimensionY()));
    }

    private TracePoint point() {
      return new TracePoint(
          epoch,
          loss,
          validationLoss.orElse(Double.NaN),
          temperature,
          dimensionX.orElse(Double.NaN),
          dimensionY.orElse(Double.NaN));
    }

    private static OptionalDouble finite(double value) {
      return Double.isNaN(value) ? OptionalDouble.empty() : OptionalDouble.of(value);
    }
  }

  static CellFile of(CellResult result) {
    if (result instanceof Failed failed) {
      return new CellFile(
          failed.cell(),
          Optional.of(failed.exitCode()),
          Optional.of(failed.failure()),
          failed.seconds(),
          Map.of(),
          List.of(),
          Optional.empty());
    }
    Measured measured = (Measured) result;
    Map<Metric, OptionalDouble> figures = new EnumMap<>(Metric.class);
    measured.figures().forEach((metric, value) -> figures.put(metric, OptionalDouble.of(value)));
    // The file of every cell has this metric, even without a validation.
    figures.putIfAbsent(Metric.VALIDATION_LOSS, OptionalDouble.empty());
    return new CellFile(
        measured.cell(),
        Optional.empty(),
        Optional.empty(),
        measured.seconds(),
        figures,
        measured.trace().stream().map(Trace::of).toList(),
        Optional.of(measured.similarities()));
  }

  CellResult result() {
    if (failure.isPresent()) {
      return new Failed(cell, seconds, exitCode.orElseThrow(), failure.get());
    }
    Map<Metric, Double> found = new EnumMap<>(Metric.class);
    figures.forEach((metric, value) -> value.ifPresent(number -> found.put(metric, number)));
    return new Measured(
        cell,
        seconds,
        found,
        trace.stream().map(Trace::point).toList(),
        similarities.orElseThrow());
  }
}
