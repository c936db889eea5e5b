// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fathom.report.Figure.Curve;
import dev.fathom.report.Figure.Form;
import java.util.List;
import org.junit.jupiter.api.Test;

class FigureTest {
  private static final Curve X =
      Curve.banded("x", new double[] {0, 1, 2}, new double[] {5, 6, 7}, new double[] {1, 2, 3});
  private static final Curve X_PLATEAU = Curve.level("x plateau", 0, 1, 5.5);
  private static final Curve Y = Curve.of("y", new double[] {0, 1}, new double[] {1, 200});

  @Test
  void aLevelHasTheColourOfItsCurve() {
    assertThat(figure(Form.LINES, X, X_PLATEAU, Y).colours()).containsExactly(0, 0, 1);
  }

  @Test
  void coloursComeAgainWhereTheyRunOut() {
    assertThat(figure(Form.LINES, X, Y, X, Y, X, Y, X, Y).colours())
        .containsExactly(0, 1, 2, 3, 4, 5, 6, 0);
    assertThat(Figure.LIGHT_COLOURS).hasSameSizeAs(Figure.DARK_COLOURS);
  }

  @Test
  void anAxisIsLogarithmicOverPowersOfTenOnly() {
    assertThat(figure(Form.POWERS, Y).logarithmic()).isTrue();
    assertThat(figure(Form.POWERS, X).logarithmic()).isFalse();
    assertThat(figure(Form.LINES, Y).logarithmic()).isFalse();
  }

  @Test
  void theBandGoesForthAboveAndBackBelow() {
    assertThat(X.band()[0]).containsExactly(0, 1, 2, 2, 1, 0);
    assertThat(X.band()[1]).containsExactly(6, 8, 10, 4, 4, 4);
    assertThat(Y.band()[0]).isEmpty();
  }

  @Test
  void theTableHasARowAPoint() {
    assertThat(figure(Form.LINES, X, Y).csv().lines())
        .containsExactly(
            "curve,rank,dimension,standard deviation",
            "x,0.0,5.0,1.0",
            "x,1.0,6.0,2.0",
            "x,2.0,7.0,3.0",
            "y,0.0,1.0,",
            "y,1.0,200.0,");
  }

  @Test
  void theDrawingDashesALevel() {
    assertThat(SvgDrawing.of(figure(Form.LINES, X, X_PLATEAU, Y)))
        .contains("stroke-dasharray:10,6");
    assertThat(SvgDrawing.of(figure(Form.LINES, X, Y))).doesNotContain("stroke-dasharray:10,6");
  }

  @Test
  void sizesStandAtPowersOfTwoAndAreWrittenAsTheyAre() {
    Figure sizes =
        figure(
            Form.SIZES,
            Curve.of("pca", new double[] {4, 8, 16, 32}, new double[] {0.1, 0.2, 0.3, 0.4}));

    assertThat(SvgDrawing.of(sizes))
        .isNotEqualTo(SvgDrawing.of(figure(Form.LINES, sizes.curves().get(0))));
    assertThat(SvgDrawing.size(4)).isEqualTo("16");
    assertThat(SvgDrawing.size(4.5)).isEmpty();
    assertThat(sizes.csv()).contains("pca,32.0,0.4,");
    assertThat(sizes.doubling()).isTrue();
    assertThat(figure(Form.LINES, X).doubling()).isFalse();
  }

  private static Figure figure(Form form, Curve... curves) {
    return new Figure("name", "the title", "rank", "dimension", form, List.of(curves));
  }
}
