// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fathom.intrinsic.points.Clouds;
import dev.fathom.intrinsic.points.Points;
import dev.fathom.random.RandomStream;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** How often the intervals hold what the estimator gives on average, over many draws. */
class CoverageTest {
  private static final int DRAWS = 200;
  private static final int POINTS = 1000;

  @Test
  void aNineInTenIntervalHoldsTheMeanNineTimesInTenOnASphere() {
    assertCoverage(seed -> sphere(POINTS, 5, seed));
  }

  @Test
  void aNineInTenIntervalHoldsTheMeanNineTimesInTenOnAGaussian() {
    assertCoverage(seed -> Clouds.gaussian(POINTS, 10, seed));
  }

  /*
   * Bounds are 85 to 95 % and the error that 200 draws leave. An estimate that is the same in every
   * draw, such as a count of large variances, has nothing to cover.
   */
  private static void assertCoverage(LongFunction<Points> draw) {
    IntrinsicSettings settings = new IntrinsicSettings(20, 20, 1, EnumSet.allOf(Estimator.class));
    Map<Estimator, List<DimensionEstimate>> drawn = new EnumMap<>(Estimator.class);
    List<List<ScaleEstimate>> curves = new ArrayList<>();
    for (int i = 0; i < DRAWS; i++) {
      DimensionResult.Measured measured =
          (DimensionResult.Measured) IntrinsicDimension.of(draw.apply(1000 + i), settings);
      measured
          .estimates()
          .forEach((e, estimate) -> drawn.computeIfAbsent(e, x -> new ArrayList<>()).add(estimate));
      curves.add(measured.curve());
    }
    drawn.forEach(
        (estimator, estimates) -> {
          double mean =
              estimates.stream().mapToDouble(DimensionEstimate::estimate).average().getAsDouble();
          double share =
              share(estimates.stream().filter(e -> e.low() <= mean && mean <= e.high()).count());
          boolean constant = estimates.stream().allMatch(e -> e.estimate() == mean);
          assertThat(share)
              .as(estimator.key())
              .isBetween(constant ? 1 : 0.85 - 0.025, constant ? 1 : 0.95 + 0.015);
        });
    for (int scale = 0; scale < curves.get(0).size(); scale++) {
      int at = scale;
      List<ScaleEstimate> estimates = curves.stream().map(curve -> curve.get(at)).toList();
      double mean = estimates.stream().mapToDouble(ScaleEstimate::estimate).average().getAsDouble();
      double share =
          share(estimates.stream().filter(e -> e.low() <= mean && mean <= e.high()).count());
      assertThat(share).as("scale " + estimates.get(0).n1()).isBetween(0.82, 0.99);
    }
  }

  private static double share(long count) {
    return count / (double) DRAWS;
  }

  private static Points sphere(int n, int d, long seed) {
    RandomGenerator random = RandomStream.of(seed, "sphere");
    float[] values = new float[n * (d + 1)];
    double[] point = new double[d + 1];
    for (int i = 0; i < n; i++) {
      double squares = 0;
      for (int c = 0; c <= d; c++) {
        point[c] = random.nextGaussian();
        squares += point[c] * point[c];
      }
      for (int c = 0; c <= d; c++) {
        values[i * (d + 1) + c] = (float) (point[c] / Math.sqrt(squares));
      }
    }
    return Points.of(values, n, d + 1);
  }
}
