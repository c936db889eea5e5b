// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic.points;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PreparedPointsTest {
  @Test
  void rowsThatAreNotFiniteAndRepeatsGoAndAreCounted() {
    float[] values = {1, 2, Float.NaN, 4, 1, 2, 0, 5, -0f, 5, 7, Float.NEGATIVE_INFINITY};

    PreparedPoints prepared = PreparedPoints.of(Points.of(values, 6, 2), 1);

    assertThat(prepared.nonFinite()).isEqualTo(2);
    assertThat(prepared.duplicates()).isEqualTo(2);
    assertThat(prepared.rows()).containsExactlyInAnyOrder(0, 3);
    for (int i = 0; i < 2; i++) {
      assertThat(prepared.points().value(i, 1)).isEqualTo(values[prepared.rows()[i] * 2 + 1]);
    }
  }

  @Test
  void theSeedDecidesTheOrder() {
    Points points = Clouds.gaussian(100, 2, 3);

    assertThat(PreparedPoints.of(points, 1).rows()).isEqualTo(PreparedPoints.of(points, 1).rows());
    assertThat(PreparedPoints.of(points, 2).rows())
        .isNotEqualTo(PreparedPoints.of(points, 1).rows())
        .containsExactlyInAnyOrder(PreparedPoints.of(points, 1).rows());
  }
}
