// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.report;

import dev.fathom.evaluate.SimilarityHistogram;
import dev.fathom.report.Figure.Curve;
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
import java.util.function.Function;
import java.util.stream.Collectors;

/** The figures of a sweep. */
final class SweepFigures {
  private static final String WIDTH = SweepSettings.DIMENSION;

  private final SweepResult sweep;

  private SweepFigures(SweepResult sweep) {
    this.sweep = sweep;
  }

  /** Those that there is something to draw in. */
  static List<Figure> of(SweepResult sweep) {
    SweepFigures figures = new SweepFigures(sweep);
    List<Figure> all = new ArrayList<>();
    all.add(
        figures.againstWidth(
            "dimension-against-width",
            "Intrinsic dimension of the test embeddings",
            "dimension",
            Map.of(
                "Levina–Bickel x", "intrinsicDimension.x.mle.estimate",
                "Levina–Bickel y", "intrinsicDimension.y.mle.estimate",
                "TwoNN x", "intrinsicDimension.x.twoNN.estimate",
                "TwoNN y", "intrinsicDimension.y.twoNN.estimate")));
    all.add(
        figures.againstWidth(
            "accuracy-against-width",
            "How well the sides match on the test pairs",
            "share of pairs",
            Map.of(
                "recall@1 x to y", "retrieval.xToY.recallAt1",
                "recall@1 y to x", "retrieval.yToX.recallAt1",
                "among the top 0.5 %", "retrieval.topShare",
                "label match x to y", "retrieval.labelMatch.xToY",
                "label match y to x", "retrieval.labelMatch.yToX")));
    all.add(
        figures.againstEpochs(
            "temperature-against-epochs",
            "Temperature in training",
            "temperature",
            true,
            TracePoint::temperature));
    all.add(
        figures.againstEpochs(
            "dimension-against-epochs",
            "Levina–Bickel dimension of x on the validation pairs",
            "dimension",
            false,
            TracePoint::dimensionX));
    int number = 1;
    for (CellResult cell : figures.firsts()) {
      all.add(similarities(number++, cell));
    }
    return all.stream().filter(figure -> !figure.curves().isEmpty()).toList();
  }

  private Figure againstWidth(String name, String title, String axis, Map<String, String> figures) {
    Map<String, List<SweepPoint>> groups =
        sweep.points().stream()
            .filter(point -> point.settings().containsKey(WIDTH))
            .collect(
                Collectors.groupingBy(
                    SweepFigures::others, LinkedHashMap::new, Collectors.toList()));
    List<Curve> curves = new ArrayList<>();
    groups.forEach(
        (others, points) ->
            figures.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(
                    figure ->
                        curve(
                                others.isEmpty()
                                    ? figure.getKey()
                                    : figure.getKey() + ", " + others,
                                points,
                                figure.getValue())
                            .ifPresent(curves::add)));
    return new Figure(name, title, "width", axis, false, false, curves);
  }

  private static Optional<Curve> curve(String name, List<SweepPoint> points, String figure) {
    List<SweepPoint> drawn =
        points.stream()
            .filter(point -> point.figures().containsKey(figure))
            .sorted(Comparator.comparingDouble(SweepFigures::width))
            .toList();
    return drawn.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Curve(
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
      String name,
      String title,
      String axis,
      boolean logarithmic,
      Function<TracePoint, Double> value) {
    List<Curve> curves = new ArrayList<>();
    for (CellResult cell : firsts()) {
      List<TracePoint> drawn =
          cell.trace().stream().filter(point -> value.apply(point) != null).toList();
      if (!drawn.isEmpty()) {
        curves.add(
            new Curve(
                name(cell),
                drawn.stream().mapToDouble(TracePoint::epoch).toArray(),
                drawn.stream().mapToDouble(value::apply).toArray(),
                new double[0]));
      }
    }
    return new Figure(name, title, "epochs", axis, logarithmic, false, curves);
  }

  private static Figure similarities(int number, CellResult cell) {
    return new Figure(
        "similarities-" + number,
        "Similarity of the test pairs, " + name(cell),
        "similarity",
        "share of pairs",
        false,
        true,
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
        new Curve("matching", x, shares(histogram.matching()), new double[0]),
        new Curve("mismatched", x, shares(histogram.mismatched()), new double[0]));
  }

  private static double[] shares(int[] counts) {
    double all = Math.max(1, Arrays.stream(counts).sum());
    return Arrays.stream(counts).mapToDouble(count -> count / all).toArray();
  }

  /** Of each setting the first repeat that succeeded. */
  private List<CellResult> firsts() {
    Map<Map<String, String>, CellResult> firsts = new LinkedHashMap<>();
    sweep.cells().stream()
        .filter(CellResult::succeeded)
        .forEach(cell -> firsts.putIfAbsent(cell.cell().settings(), cell));
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

  /** The settings by the last word of their keys, or all of a key where two end alike. */
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
