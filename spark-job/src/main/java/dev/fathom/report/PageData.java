// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fathom.measure.Showcase;
import dev.fathom.report.Figure.Curve;
import java.util.Comparator;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What the page's script draws, as JSON that may stand within a page. */
final class PageData {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** More labels could not be told apart by colour. */
  private static final int MOST_LABELS = 6;

  private PageData() {}

  static String of(List<Figure> figures, Optional<Showcase> showcase) {
    ObjectNode root = JSON.createObjectNode();
    ArrayNode drawn = root.putArray("figures");
    figures.forEach(figure -> drawn.add(figure(figure)));
    showcase.ifPresent(shown -> root.set("map", map(shown.map())));
    // A script ends at the first </script, whatever stands around it.
    return root.toString().replace("<", "\\u003c");
  }

  private static JsonNode figure(Figure figure) {
    ObjectNode node = JSON.createObjectNode();
    node.put("xAxis", figure.xAxis());
    node.put("yAxis", figure.yAxis());
    node.put("logarithmic", figure.logarithmic());
    node.put("steps", figure.steps());
    ArrayNode curves = node.putArray("curves");
    for (Curve curve : figure.curves()) {
      ObjectNode one = curves.addObject();
      one.put("name", curve.name());
      numbers(one.putArray("x"), curve.x());
      numbers(one.putArray("y"), curve.y());
      numbers(one.putArray("spread"), curve.spread());
    }
    return node;
  }

  private static void numbers(ArrayNode array, double[] values) {
    for (double value : values) {
      if (Double.isFinite(value)) {
        array.add((float) value);
      } else {
        array.addNull();
      }
    }
  }

  private static JsonNode map(List<Showcase.Place> places) {
    ObjectNode node = JSON.createObjectNode();
    ArrayNode labels = node.putArray("labels");
    places.stream()
        .map(Showcase.Place::label)
        .filter(label -> !label.isBlank())
        .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()))
        .entrySet()
        .stream()
        .sorted(
            Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
                .thenComparing(Map.Entry.comparingByKey()))
        .limit(MOST_LABELS)
        .forEach(label -> labels.add(label.getKey()));
    ArrayNode points = node.putArray("points");
    for (Showcase.Place place : places) {
      ObjectNode point = points.addObject();
      point.put("a", (float) place.first());
      point.put("b", (float) place.second());
      point.put("t", place.text());
      point.put("l", place.label());
      if (place.dimension().isPresent()) {
        point.put("d", (float) place.dimension().getAsDouble());
      } else {
        point.putNull("d");
      }
    }
    DoubleSummaryStatistics around =
        places.stream().flatMapToDouble(place -> place.dimension().stream()).summaryStatistics();
    node.put("low", around.getCount() > 0 ? (Float) (float) around.getMin() : null);
    node.put("high", around.getCount() > 0 ? (Float) (float) around.getMax() : null);
    return node;
  }
}
