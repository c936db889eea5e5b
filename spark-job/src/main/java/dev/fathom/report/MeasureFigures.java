// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.report;

import dev.fathom.intrinsic.DimensionResult;
import dev.fathom.intrinsic.DimensionResult.Measured;
import dev.fathom.intrinsic.Plateau;
import dev.fathom.intrinsic.ScaleEstimate;
import dev.fathom.measure.MeasureResult;
import dev.fathom.measure.Showcase;
import dev.fathom.report.Figure.Curve;
import dev.fathom.report.Figure.Form;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** The figures of a measurement. */
final class MeasureFigures {

  /** Smallest share of the largest variance; variances below it are rounding errors. */
  private static final double SMALLEST_VARIANCE = 1e-9;

  private MeasureFigures() {}

  /** Returns the figures for which there are values to draw. */
  static List<Figure> of(MeasureResult measure) {
    Map<String, Measured> sides = new LinkedHashMap<>();
    add(sides, "x", measure.x());
    measure.y().ifPresent(y -> add(sides, "y", y));
    List<Curve> scales = new ArrayList<>();
    List<Curve> spectra = new ArrayList<>();
    sides.forEach(
        (side, measured) -> {
          if (!measured.curve().isEmpty()) {
            scales.add(curve(side, measured.curve()));
            scales.add(plateau(side + " plateau", measured.plateau()));
          }
          spectra.add(spectrum(side, measured.spectrum().variances()));
        });
    return List.of(
            new Figure(
                "dimension-against-scale",
                "Dimension against scale, and its plateau",
                "log2 of the rank of the nearer neighbour",
                "dimension",
                Form.LINES,
                scales),
            new Figure(
                "spectrum",
                "Variance of the embeddings along their principal axes",
                "component",
                "variance",
                Form.POWERS,
                spectra),
            new Figure(
                "similarities",
                "Similarity of pairs, and of what does not belong together",
                "similarity",
                "share",
                Form.HISTOGRAM,
                measure
                    .showcase()
                    .flatMap(Showcase::similarities)
                    .map(SweepFigures::similarities)
                    .orElse(List.of())))
        .stream()
        .filter(figure -> !figure.curves().isEmpty())
        .toList();
  }

  private static void add(Map<String, Measured> sides, String side, DimensionResult result) {
    if (result instanceof Measured measured) {
      sides.put(side, measured);
    }
  }

  private static Curve curve(String name, List<ScaleEstimate> scales) {
    return Curve.banded(
        name,
        scales.stream().mapToDouble(scale -> log2(scale.n1())).toArray(),
        scales.stream().mapToDouble(ScaleEstimate::estimate).toArray(),
        scales.stream().mapToDouble(scale -> (scale.high() - scale.low()) / 2).toArray());
  }

  private static Curve plateau(String name, Plateau plateau) {
    return Curve.level(name, log2(plateau.fromN1()), log2(plateau.toN1()), plateau.estimate());
  }

  private static Curve spectrum(String name, List<Double> variances) {
    int shown =
        (int)
            variances.stream()
                .filter(variance -> variance > SMALLEST_VARIANCE * variances.get(0))
                .count();
    return Curve.of(
        name,
        IntStream.rangeClosed(1, shown).asDoubleStream().toArray(),
        variances.stream().limit(shown).mapToDouble(Double::doubleValue).toArray());
  }

  private static double log2(int n) {
    return Math.log(n) / Math.log(2);
  }
}
