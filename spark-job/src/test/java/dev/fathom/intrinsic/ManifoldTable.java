// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

import dev.fathom.intrinsic.points.Manifolds;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Prints what is read of clouds of known dimension, and how often the interval holds it. Not among
 * the tests that a build runs: {@code -Dtest=ManifoldTable} names it.
 */
class ManifoldTable {
  private static final long FIRST_SEED = 201;

  @ParameterizedTest
  @CsvSource({"500, 5", "1000, 5", "2500, 5", "10000, 5"})
  void errorAndCoverage(int points, int seeds) {
    List<Manifolds> clouds = Manifolds.compared();
    double error = 0;
    int below = 0;
    int above = 0;
    for (Manifolds cloud : clouds) {
      double sum = 0;
      double low = 0;
      double high = 0;
      int held = 0;
      for (int s = 0; s < seeds; s++) {
        DimensionEstimate read =
            IntrinsicDimension.dimension(
                    cloud.draw(points, FIRST_SEED + s), IntrinsicSettings.DEFAULT)
                .orElseThrow();
        sum += read.estimate() / seeds;
        low += read.low() / seeds;
        high += read.high() / seeds;
        error += Math.abs(read.estimate() / cloud.dimension() - 1) / seeds / clouds.size();
        boolean tooHigh = read.low() > cloud.dimension();
        boolean tooLow = read.high() < cloud.dimension();
        above += tooHigh ? 1 : 0;
        below += tooLow ? 1 : 0;
        held += tooHigh || tooLow ? 0 : 1;
      }
      print(
          "%6d %-24s %3d %6.2f (%.2f to %.2f) holds %d of %d",
          points, cloud.name(), cloud.dimension(), sum, low, high, held, seeds);
    }
    int all = seeds * clouds.size();
    print(
        "%6d: mean error %.1f %%, holds in %d of %d, lies above %d, below %d",
        points, 100 * error, all - above - below, all, above, below);
  }

  @SuppressWarnings("SystemOut")
  private static void print(String format, Object... values) {
    System.out.println(String.format(Locale.ROOT, format, values));
  }
}
