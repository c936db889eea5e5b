// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.report;

import dev.fathom.evaluate.SimilarityHistogram;
import dev.fathom.measure.Metric;
import dev.fathom.report.Figure.Curve;
import dev.fathom.report.Figure.Form;
import dev.fathom.sweep.CellResult;
import dev.fathom.sweep.CellResult.TracePoint;
import dev.fathom.sweep.SweepPoint;
import dev.fathom.sweep.SweepPoint.Spread;
import dev.fathom.sweep.SweepResult;
import dev.fathom.sweep.SweepSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** The figures of a sweep. */
final class SweepFigures {
  private static final String WIDTH = SweepSettings.DIMENSION;

  private final SweepResult sweep;

  private SweepFigures(SweepResult sweep) {
    this.sweep = sweep;
  }

  /** Returns the figures for which there are values to draw. */
  static List<Figure> of(SweepResult sweep) {
    SweepFigures figures = new SweepFigures(sweep);
    List<Figure> all = new ArrayList<>();
    all.add(
        figures.againstWidth(
            "dimension-against-width",
            "Intrinsic dimension of the test embeddings",
            "dimension",
            List.of(Metric.MLE_X, Metric.MLE_Y, Metric.TWO_NN_X, Metric.TWO_NN_Y)));
    all.add(
        figures.againstWidth(
            "accuracy-against-width",
            "How well the sides match on the test pairs",
            "share of pairs",
            List.of(
                Metric.TOP_SHARE,
                Metric.LABEL_MATCH_X_TO_Y,
                Metric.LABEL_MATCH_Y_TO_X,
                Metric.RECALL_AT_1_X_TO_Y,
                Metric.RECALL_AT_1_Y_TO_X)));
    all.add(
        figures.againstEpochs(
            "temperature-against-epochs",
            "Temperature in training",
            "temperature",
            Form.POWERS,
            TracePoint::temperature));
    all.add(
        figures.againstEpochs(
            "dimension-against-epochs",
            "Levina–Bickel dimension of x on the validation pairs",
            "dimension",
            Form.LINES,
            TracePoint::dimensionX));
    int number = 1;
    for (CellResult.Measured cell : figures.firsts()) {
      all.add(similarities(number++, cell));
    }
    return all.stream().filter(figure -> !figure.curves().isEmpty()).toList();
  }

  private Figure againstWidth(String name, String title, String axis, List<Metric> figures) {
    Map<String, List<SweepPoint>> groups =
        sweep.points().stream()
            .filter(point -> point.settings().containsKey(WIDTH))
            .collect(
                Collectors.groupingBy(
                    SweepFigures::others, LinkedHashMap::new, Collectors.toList()));
    List<Curve> curves = new ArrayList<>();
    groups.forEach(
        (others, points) ->
            figures.forEach(
                figure ->
                    curve(
                            others.isEmpty() ? figure.label() : figure.label() + ", " + others,
                            points,
                            figure)
                        .ifPresent(curves::add)));
    return new Figure(name, title, "width", axis, Form.LINES, curves);
  }

  private static Optional<Curve> curve(String name, List<SweepPoint> points, Metric figure) {
    List<SweepPoint> drawn =
        points.stream()
            .filter(point -> point.figures().containsKey(figure))
            .sorted(Comparator.comparingDouble(SweepFigures::width))
            .toList();
    return drawn.isEmpty()
        ? Optional.empty()
        : Optional.of(
            Curve.banded(
                name,
                drawn.stream().mapToDouble(SweepFigures::width).toArray(),
                drawn.stream()
                    .map(point -> point.figures().get(figure))
                    .mapToDouble(Spread::mean)
                    .toArray(),
                drawn.stream()
                    .map(point -> point.figures().get(figure))
                    .mapToDouble(Spread::standardDeviation)
                    .toArray()));
  }

  private Figure againstEpochs(
      String name, String title, String axis, Form form, ToDoubleFunction<TracePoint> value) {
    List<Curve> curves = new ArrayList<>();
    for (CellResult.Measured cell : firsts()) {
      List<TracePoint> drawn =
          cell.trace().stream().filter(point -> !Double.isNaN(value.applyAsDouble(point))).toList();
      if (!drawn.isEmpty()) {
        curves.add(
            Curve.of(
                name(cell),
                drawn.stream().mapToDouble(TracePoint::epoch).toArray(),
                drawn.stream().mapToDouble(value).toArray()));
      }
    }
    return new Figure(name, title, "epochs", axis, form, curves);
  }

  private static Figure similarities(int number, CellResult.Measured cell) {
    return new Figure(
        "similarities-" + number,
        "Similarity of the test pairs, " + name(cell),
        "similarity",
        "share of pairs",
        Form.HISTOGRAM,
        similarities(cell.similarities()));
  }

  /** The curves of a histogram. */
  static List<Curve> similarities(SimilarityHistogram histogram) {
    double width = (histogram.high() - histogram.low()) / histogram.matching().length;
    double[] x = new double[histogram.matching().length];
    for (int i = 0; i < x.length; i++) {
      x[i] = histogram.low() + i * width;
    }
    return List.of(
        Curve.of("matching", x, shares(histogram.matching())),
        Curve.of("mismatched", x, shares(histogram.mismatched())));
  }

  private static double[] shares(int[] counts) {
    double all = Math.max(1, Arrays.stream(counts).sum());
    return Arrays.stream(counts).mapToDouble(count -> count / all).toArray();
  }

  /** The first successful repeat of each setting. */
  private List<CellResult.Measured> firsts() {
    Map<Map<String, String>, CellResult.Measured> firsts = new LinkedHashMap<>();
    sweep.measured().forEach(cell -> firsts.putIfAbsent(cell.cell().settings(), cell));
    return List.copyOf(firsts.values());
  }

  private static String name(CellResult cell) {
    Map<String, String> settings = cell.cell().settings();
    return settings.isEmpty() ? "all settings" : label(settings);
  }

  private static String others(SweepPoint point) {
    Map<String, String> others = new LinkedHashMap<>(point.settings());
    others.remove(WIDTH);
    return label(others);
  }

  /** The settings as text, each key by its last word, or in full if two keys end alike. */
  private static String label(Map<String, String> settings) {
    long words = settings.keySet().stream().map(SweepFigures::lastWord).distinct().count();
    return settings.entrySet().stream()
        .map(
            setting ->
                (words < settings.size() ? setting.getKey() : lastWord(setting.getKey()))
                    + " "
                    + setting.getValue())
        .collect(Collectors.joining(", "));
  }

  private static String lastWord(String key) {
    return key.substring(key.lastIndexOf('.') + 1);
  }

  private static double width(SweepPoint point) {
    return Double.parseDouble(point.settings().get(WIDTH));
  }
}
