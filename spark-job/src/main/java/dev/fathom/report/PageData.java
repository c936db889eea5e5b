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
import java.util.function.Function;
import java.util.stream.Collectors;

/** The data that the page's script draws, as JSON that is safe within a page. */
final class PageData {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Largest number of labels; the colours of more could not be told apart. */
  private static final int MOST_LABELS = 6;

  private PageData() {}

  static String of(HtmlReport page) {
    ObjectNode root = JSON.createObjectNode();
    root.set("light", JSON.valueToTree(Figure.LIGHT_COLOURS));
    root.set("dark", JSON.valueToTree(Figure.DARK_COLOURS));
    ArrayNode drawn = root.putArray("figures");
    page.figures().forEach(figure -> drawn.add(figure(figure)));
    page.showcase().ifPresent(shown -> root.set("map", map(shown.map())));
    // A browser ends a script at the first </script, even within a string.
    return root.toString().replace("<", "\\u003c");
  }

  private static JsonNode figure(Figure figure) {
    ObjectNode node = JSON.createObjectNode();
    node.put("xAxis", figure.xAxis());
    node.put("yAxis", figure.yAxis());
    node.put("logarithmic", figure.logarithmic());
    node.put("doubling", figure.doubling());
    node.put("steps", figure.steps());
    ArrayNode curves = node.putArray("curves");
    int[] colours = figure.colours();
    for (int i = 0; i < colours.length; i++) {
      Curve curve = figure.curves().get(i);
      ObjectNode one = curves.addObject();
      one.put("name", curve.name());
      one.put("colour", colours[i]);
      one.put("level", curve.level());
      one.put("marked", figure.marked(curve));
      points(one.putArray("points"), curve.x(), curve.y());
      points(one.putArray("band"), curve.band()[0], curve.band()[1]);
    }
    return node;
  }

  private static void points(ArrayNode array, double[] x, double[] y) {
    for (int i = 0; i < x.length; i++) {
      ArrayNode point = array.addArray();
      number(point, x[i]);
      number(point, y[i]);
    }
  }

  private static void number(ArrayNode array, double value) {
    if (Double.isFinite(value)) {
      array.add((float) value);
    } else {
      array.addNull();
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
