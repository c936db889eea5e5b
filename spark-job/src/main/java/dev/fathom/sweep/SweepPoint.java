// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.sweep;

import dev.fathom.measure.Metric;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.math3.stat.descriptive.SummaryStatistics;

/**
 * The repeats of one setting.
 *
 * @param settings the swept keys with their values
 * @param repeats number of repeats that were measured
 * @param failed number of repeats that failed
 * @param figures mean and spread of each metric over the repeats
 */
public record SweepPoint(
    Map<String, String> settings, int repeats, int failed, Map<Metric, Spread> figures) {

  /**
   * The spread of a metric over the repeats.
   *
   * @param standardDeviation with n−1 in the denominator; 0 if there is only one value
   */
  public record Spread(double mean, double standardDeviation, int count) {

    /** The standard error of the mean. */
    double standardError() {
      return standardDeviation / Math.sqrt(count);
    }

    private static Spread of(SummaryStatistics values) {
      return new Spread(values.getMean(), values.getStandardDeviation(), (int) values.getN());
    }
  }

  /** Groups cells by their settings, in the cells' order. */
  static List<SweepPoint> of(List<CellResult> cells) {
    Map<Map<String, String>, List<CellResult>> groups = new LinkedHashMap<>();
    for (CellResult cell : cells) {
      groups.computeIfAbsent(cell.cell().settings(), settings -> new ArrayList<>()).add(cell);
    }
    return groups.entrySet().stream().map(group -> of(group.getKey(), group.getValue())).toList();
  }

  private static SweepPoint of(Map<String, String> settings, List<CellResult> cells) {
    Map<Metric, SummaryStatistics> values = new LinkedHashMap<>();
    for (CellResult cell : cells) {
      cell.figures()
          .forEach(
              (metric, value) ->
                  values.computeIfAbsent(metric, key -> new SummaryStatistics()).addValue(value));
    }
    Map<Metric, Spread> figures = new LinkedHashMap<>();
    values.forEach((metric, statistics) -> figures.put(metric, Spread.of(statistics)));
    int succeeded = (int) cells.stream().filter(CellResult.Measured.class::isInstance).count();
    return new SweepPoint(settings, succeeded, cells.size() - succeeded, figures);
  }
}
