// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fathom.intrinsic.points.Clouds;
import dev.fathom.intrinsic.points.Manifolds;
import java.util.List;
import org.junit.jupiter.api.Test;

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
                  DimensionEstimate read = read(cloud);
                  return read.low() <= cloud.dimension() && cloud.dimension() <= read.high();
                })
            .count();

    assertThat(held / (double) clouds.size()).isGreaterThanOrEqualTo(0.8);
  }

  @Test
  void isAroundTheEstimateAndWithinTheWidth() {
    for (int d : new int[] {1, 4, 16}) {
      DimensionEstimate read =
          IntrinsicDimension.dimension(Clouds.uniform(POINTS, d, 1), IntrinsicSettings.DEFAULT)
              .orElseThrow();
      assertThat(read.estimate()).isBetween(read.low(), read.high());
      assertThat(read.high()).isLessThanOrEqualTo(Math.max(d, read.estimate()));
    }
  }

  @Test
  void isWideWherePointsAreFewForTheDimension() {
    assertThat(width(20)).isGreaterThan(2 * width(2));
  }

  /** The logarithm of the upper end over the lower end, in columns enough not to bound it. */
  private static double width(int d) {
    DimensionEstimate read =
        IntrinsicDimension.dimension(
                Clouds.moved(Clouds.gaussian(POINTS, d, 1), 1, 0, 40, true),
                IntrinsicSettings.DEFAULT)
            .orElseThrow();
    return Math.log(read.high() / read.low());
  }

  private static DimensionEstimate read(Manifolds cloud) {
    return IntrinsicDimension.dimension(cloud.draw(POINTS, 1), IntrinsicSettings.DEFAULT)
        .orElseThrow();
  }
}
