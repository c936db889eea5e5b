// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.report;

import dev.fathom.measure.Showcase;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A place on the page where its script draws a chart.
 *
 * @param figure what the script draws: the index of a figure, or {@link #MAP}
 * @param description text for readers who do not see the chart
 */
record Chart(String title, String figure, String description) {
  private static final String MAP = "map";

  static List<Chart> of(HtmlReport page) {
    List<Chart> charts = new ArrayList<>();
    for (Figure figure : page.figures()) {
      charts.add(new Chart(figure.title(), String.valueOf(charts.size()), description(figure)));
    }
    page.showcase()
        .filter(shown -> !shown.map().isEmpty())
        .ifPresent(shown -> charts.add(map(shown)));
    return charts;
  }

  private static String description(Figure figure) {
    int curves = figure.curves().size();
    return String.format(
        Locale.ROOT,
        "%s: %s against %s, %d %s",
        figure.title(),
        figure.yAxis(),
        figure.xAxis(),
        curves,
        curves == 1 ? "curve" : "curves");
  }

  private static Chart map(Showcase shown) {
    String title =
        String.format(
            Locale.ROOT,
            "Map of %,d embeddings of x: the plane of their first two axes, with %.0f %% of the variance",
            shown.map().size(),
            100 * shown.mapShare());
    return new Chart(title, MAP, "Scatter of the embeddings on their first two principal axes");
  }

  /** Whether the chart takes the whole width of the page. */
  boolean wide() {
    return figure.equals(MAP);
  }
}
