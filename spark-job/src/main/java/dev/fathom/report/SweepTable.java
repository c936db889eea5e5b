// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.report;

import static dev.fathom.report.PageText.number;
import static dev.fathom.report.PageText.whole;

import dev.fathom.measure.Metric;
import dev.fathom.sweep.SweepPoint;
import dev.fathom.sweep.SweepResult;
import java.util.ArrayList;
import java.util.List;

/** The settings of a sweep with their results, one row per setting. */
record SweepTable(List<String> header, List<List<String>> rows) {

  /** The columns of a sweep's table. */
  private static final List<Metric> COLUMNS =
      List.of(
          Metric.MLE_X,
          Metric.MLE_Y,
          Metric.TWO_NN_X,
          Metric.TWO_NN_Y,
          Metric.SHARED_DIMENSION,
          Metric.RECALL_AT_1_X_TO_Y,
          Metric.RECALL_AT_1_Y_TO_X,
          Metric.TOP_SHARE,
          Metric.LABEL_MATCH_X_TO_Y,
          Metric.LABEL_MATCH_Y_TO_X,
          Metric.TEMPERATURE,
          Metric.VALIDATION_LOSS);

  static SweepTable of(SweepResult sweep) {
    List<String> header = new ArrayList<>();
    sweep.points().stream()
        .findFirst()
        .ifPresent(point -> header.addAll(point.settings().keySet()));
    header.add("cells");
    COLUMNS.forEach(metric -> header.add(metric.label()));
    return new SweepTable(header, sweep.points().stream().map(SweepTable::row).toList());
  }

  private static List<String> row(SweepPoint point) {
    List<String> row = new ArrayList<>(point.settings().values());
    row.add(
        point.failed() == 0
            ? whole(point.repeats())
            : whole(point.repeats()) + ", " + whole(point.failed()) + " failed");
    COLUMNS.forEach(metric -> row.add(figure(point, metric)));
    return row;
  }

  private static String figure(SweepPoint point, Metric metric) {
    SweepPoint.Spread spread = point.figures().get(metric);
    return spread == null
        ? ""
        : number(spread.mean()) + "\u00a0±\u00a0" + number(spread.standardDeviation());
  }
}
