// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fathom.intrinsic.points.Clouds;
import dev.fathom.intrinsic.points.Manifolds;
import dev.fathom.intrinsic.points.Points;
import java.util.List;
import java.util.function.UnaryOperator;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DimensionNetworkTest {
  private static final int POINTS = 500;

  @Test
  void theIntervalHoldsTheDimensionOfManifoldsThatItHasNotLearnedFrom() {
    List<Manifolds> clouds =
        Manifolds.compared().stream().filter(cloud -> cloud.dimension() <= 12).toList();

    long held =
        clouds.stream()
            .filter(
                cloud -> {
                  DimensionEstimate read = read(cloud.draw(1000, 1));
                  return read.low() <= cloud.dimension() && cloud.dimension() <= read.high();
                })
            .count();

    assertThat(held / (double) clouds.size()).isGreaterThanOrEqualTo(0.8);
  }

  @Test
  void isAroundTheEstimateAndWithinTheWidth() {
    for (int d : new int[] {1, 4, 16}) {
      DimensionEstimate read = read(Clouds.uniform(POINTS, d, 1));
      assertThat(read.estimate()).isBetween(read.low(), read.high());
      assertThat(read.high()).isLessThanOrEqualTo(Math.max(d, read.estimate()));
    }
  }

  @Test
  void nearCopiesCountOnce() {
    Points points = Clouds.gaussian(POINTS, 5, 1);

    DimensionEstimate read = read(points);

    assertThat(read(withNearCopies(points, 50)).estimate()).isEqualTo(read.estimate());
  }

  @ParameterizedTest
  @ValueSource(floats = {10, 1000, 1e6f})
  void anOutlierMovesTheReadingLittle(float away) {
    Points points = Clouds.gaussian(2000, 5, 1);

    DimensionEstimate read = read(points);

    assertThat(read(withRows(points, 1, v -> v * away)).estimate())
        .isCloseTo(read.estimate(), Percentage.withPercentage(2));
  }

  /** Adds copies of the first points, in which the last digits differ. */
  private static Points withNearCopies(Points points, int copies) {
    return withRows(points, copies, v -> v * 1.001f);
  }

  /** Adds rows that are made from the first ones. */
  private static Points withRows(Points points, int rows, UnaryOperator<Float> change) {
    int d = points.dimension();
    int n = points.count();
    float[] values = new float[(n + rows) * d];
    for (int i = 0; i < n + rows; i++) {
      for (int c = 0; c < d; c++) {
        float value = points.value(i % n, c);
        values[i * d + c] = i < n ? value : change.apply(value);
      }
    }
    return Points.of(values, n + rows, d);
  }

  @Test
  void isWideWherePointsAreFewForTheDimension() {
    assertThat(width(20)).isGreaterThan(2 * width(2));
  }

  /** The logarithm of the upper end over the lower end, in columns enough not to bound it. */
  private static double width(int d) {
    DimensionEstimate read = read(Clouds.moved(Clouds.gaussian(POINTS, d, 1), 1, 0, 40, true));
    return Math.log(read.high() / read.low());
  }

  private static DimensionEstimate read(Points points) {
    return IntrinsicDimension.dimension(points, IntrinsicSettings.DEFAULT).orElseThrow();
  }
}
