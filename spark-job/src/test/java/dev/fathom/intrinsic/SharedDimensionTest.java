// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fathom.intrinsic.points.Clouds;
import dev.fathom.intrinsic.points.Points;
import org.junit.jupiter.api.Test;

class SharedDimensionTest {
  private final DimensionResult two =
      IntrinsicDimension.of(Clouds.gaussian(600, 2, 1), IntrinsicSettings.DEFAULT);
  private final DimensionResult five =
      IntrinsicDimension.of(Clouds.gaussian(600, 5, 1), IntrinsicSettings.DEFAULT);

  @Test
  void isTheSmallerTowersDimension() {
    DimensionEstimate smaller = ((DimensionResult.Measured) two).dimension();
    SharedDimension fromX = SharedDimension.of(two, five).orElseThrow();
    SharedDimension fromY = SharedDimension.of(five, two).orElseThrow();
    assertThat(fromX.tower()).isEqualTo(SharedDimension.Tower.X);
    assertThat(fromY.tower()).isEqualTo(SharedDimension.Tower.Y);
    assertThat(fromX.estimate()).isEqualTo(fromY.estimate()).isEqualTo(smaller.estimate());
    assertThat(fromX.low()).isEqualTo(smaller.low()).isLessThan(smaller.estimate());
    assertThat(fromX.high()).isEqualTo(smaller.high()).isGreaterThanOrEqualTo(smaller.estimate());
  }

  @Test
  void isAbsentWhereATowerCouldNotBeMeasured() {
    DimensionResult collapsed =
        IntrinsicDimension.of(Points.of(new float[600], 200, 3), IntrinsicSettings.DEFAULT);
    assertThat(SharedDimension.of(two, collapsed)).isEmpty();
    assertThat(SharedDimension.of(collapsed, two)).isEmpty();
  }

  @Test
  void isBelowAnotherByHalfADimensionAndMoreThanTheIntervals() {
    SharedDimension whole = new SharedDimension(5, 4.5, 6, SharedDimension.Tower.X, false);

    assertThat(part(3, 2.5, 4).isBelow(whole)).isTrue();
    assertThat(part(3, 2.5, 4.6).isBelow(whole)).isFalse();
    assertThat(part(4.49, 4.48, 4.49).isBelow(whole)).isTrue();
    assertThat(part(4.6, 4.4, 4.45).isBelow(whole)).isFalse();
  }

  private static SharedDimension part(double estimate, double low, double high) {
    return new SharedDimension(estimate, low, high, SharedDimension.Tower.Y, true);
  }
}
