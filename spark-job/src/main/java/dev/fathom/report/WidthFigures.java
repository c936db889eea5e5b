// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.report;

import dev.fathom.report.Figure.Curve;
import dev.fathom.report.Figure.Form;
import dev.fathom.width.NumberStorage;
import dev.fathom.width.WidthResult;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;

/** The figures of a width analysis. */
final class WidthFigures {
  private WidthFigures() {}

  static List<Figure> of(WidthResult width) {
    List<Curve> byWidth =
        curves(width, curve -> curve.storage() == NumberStorage.FLOAT, WidthResult.Point::width);
    width
        .dimension()
        .filter(dimension -> dimension >= 1 && dimension <= width.width())
        .ifPresent(
            dimension ->
                byWidth.add(
                    Curve.of(
                        "dimension",
                        new double[] {dimension, dimension},
                        new double[] {0, width.full()})));
    List<Figure> figures = new ArrayList<>();
    figures.add(
        new Figure(
            "quality-against-width",
            "Retrieval against width, as floats",
            "width",
            width.quality().label(),
            Form.SIZES,
            byWidth));
    width
        .best(false)
        .ifPresent(
            best ->
                figures.add(
                    new Figure(
                        "quality-against-bytes",
                        "Retrieval against bytes a vector, by " + best.reduction().key(),
                        "bytes a vector",
                        width.quality().label(),
                        Form.SIZES,
                        curves(
                            width,
                            curve -> curve.reduction() == best.reduction(),
                            WidthResult.Point::bytes))));
    return figures;
  }

  private static List<Curve> curves(
      WidthResult width,
      Predicate<WidthResult.Curve> shown,
      ToIntFunction<WidthResult.Point> size) {
    List<Curve> curves = new ArrayList<>();
    boolean oneWay =
        width.curves().stream().filter(shown).map(WidthResult.Curve::reduction).distinct().count()
            == 1;
    for (WidthResult.Curve curve : width.curves()) {
      if (shown.test(curve)) {
        List<WidthResult.Point> points = curve.points();
        curves.add(
            Curve.banded(
                oneWay ? curve.storage().key() : curve.reduction().key(),
                points.stream().mapToDouble(size::applyAsInt).toArray(),
                points.stream().mapToDouble(WidthResult.Point::quality).toArray(),
                points.stream().mapToDouble(point -> (point.high() - point.low()) / 2).toArray()));
      }
    }
    return curves;
  }
}
