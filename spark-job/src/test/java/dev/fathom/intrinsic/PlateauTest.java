// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlateauTest {
  private static final int POINTS = 2000;

  @Test
  void readsTheKnownFactorsOffAnImageTower() {
    assertThat(plateau(3.85, 4.08, 4.07, 4.30, 4.77, 5.08, 5.30, 5.39, 5.10))
        .isCloseTo(4.0, offset(0.3));
    assertThat(plateau(3.08, 2.99, 3.02, 3.02, 3.37, 4.11, 4.78, 4.81, 4.45))
        .isCloseTo(3.0, offset(0.1));
    assertThat(plateau(3.21, 2.91, 2.54, 2.30, 2.31, 2.75, 3.43, 3.70, 3.71))
        .isCloseTo(2.3, offset(0.1));
  }

  @Test
  void readsTheNearestScalesOfACleanCloudWhoseBoundaryBendsTheCurveDown() {
    assertThat(plateau(4.66, 4.61, 4.58, 4.50, 4.32, 4.24, 4.10, 3.93, 3.73))
        .isCloseTo(4.6, offset(0.1));
  }

  @Test
  void takesTheSmallerOfTwoEquallyFlatStretches() {
    List<ScaleEstimate> curve = curve(7.0, 7.0, 7.0, 5.0, 5.01, 5.0, 9.0);
    assertThat(Plateau.of(curve, 10 * POINTS).orElseThrow().estimate()).isEqualTo(5.0);
  }

  @Test
  void takesTheNearerOfTwoEquallyFlatStretchesThatAgree() {
    assertThat(plateau(4.78, 4.44, 4.28, 4.13, 3.96)).isEqualTo(4.28);
  }

  @Test
  void looksAtLocalScalesAlone() {
    Plateau plateau = Plateau.of(curve(5, 6, 7, 8, 9, 10, 11, 3, 3, 3), POINTS).orElseThrow();
    assertThat(plateau.toN1()).isLessThanOrEqualTo(POINTS / 64);
  }

  @Test
  void spansTheIntervalsOfItsStretch() {
    Plateau plateau = Plateau.of(curve(9, 4, 4.1, 4.05, 8), POINTS).orElseThrow();
    assertThat(plateau.fromN1()).isEqualTo(2);
    assertThat(plateau.toN1()).isEqualTo(8);
    assertThat(plateau.low()).isEqualTo(3.9);
    assertThat(plateau.high()).isEqualTo(4.1 + 0.1);
    assertThat(plateau.spread()).isEqualTo(Math.log(4.1 / 4));
  }

  @Test
  void makesDoWithFewScalesAndIsAbsentWithoutAny() {
    assertThat(plateau(4.2)).isEqualTo(4.2);
    assertThat(Plateau.of(List.of(), POINTS)).isEmpty();
    assertThat(Plateau.of(curve(4.2), 10)).isEmpty();
  }

  private static double plateau(double... estimates) {
    return Plateau.of(curve(estimates), POINTS).orElseThrow().estimate();
  }

  private static List<ScaleEstimate> curve(double... estimates) {
    List<ScaleEstimate> curve = new ArrayList<>();
    for (int i = 0; i < estimates.length; i++) {
      double d = estimates[i];
      curve.add(new ScaleEstimate(1 << i, d, d - 0.1, d + 0.1, 1, POINTS));
    }
    return curve;
  }
}
