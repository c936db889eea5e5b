// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.sweep;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.math3.stat.descriptive.SummaryStatistics;

/**
 * The repeats of one setting.
 *
 * @param settings the keys that are swept, with their values here
 * @param repeats that gave figures
 * @param failed that did not
 * @param figures mean and spread over the repeats, by name
 */
public record SweepPoint(
    Map<String, String> settings, int repeats, int failed, Map<String, Spread> figures) {

  /**
   * A figure over the repeats.
   *
   * @param standardDeviation with n−1; 0 where there is one value
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
    Map<String, SummaryStatistics> values = new LinkedHashMap<>();
    for (CellResult cell : cells) {
      cell.figures()
          .forEach(
              (name, value) -> {
                if (value != null) {
                  values.computeIfAbsent(name, key -> new SummaryStatistics()).addValue(value);
                }
              });
    }
    Map<String, Spread> figures = new LinkedHashMap<>();
    values.forEach((name, statistics) -> figures.put(name, Spread.of(statistics)));
    int succeeded = (int) cells.stream().filter(CellResult::succeeded).count();
    return new SweepPoint(settings, succeeded, cells.size() - succeeded, figures);
  }
}
