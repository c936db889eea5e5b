// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import dev.fathom.intrinsic.neighbours.NeighbourSearch;
import dev.fathom.intrinsic.points.Clouds;
import dev.fathom.intrinsic.points.Points;
import dev.fathom.random.RandomStream;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/** What leaves distances as they are, or all of them times the same, leaves the dimension. */
class InvariancePropertiesTest {
  private static final int POINTS = 160;
  private static final int K = 12;

  @Property(tries = 25, seed = "61")
  void aCloudThatIsTurnedScaledMovedAndPaddedHasTheSameDimension(
      @ForAll @LongRange(min = 1, max = 1_000_000) long seed,
      @ForAll @IntRange(min = 2, max = 7) int dimension,
      @ForAll @IntRange(min = -8, max = 8) int exponent,
      @ForAll @IntRange(min = -20, max = 20) int shift,
      @ForAll @IntRange(min = 0, max = 6) int padding) {
    Points points = Clouds.gaussian(POINTS, dimension, seed);
    Points moved =
        Clouds.moved(points, Math.pow(10, exponent), shift * Math.pow(10, exponent), padding, true);
    assertSame(cloud(moved, seed), cloud(points, seed));
  }

  @Property(tries = 25, seed = "62")
  void theOrderOfThePointsDoesNotMatter(
      @ForAll @LongRange(min = 1, max = 1_000_000) long seed,
      @ForAll @IntRange(min = 2, max = 7) int dimension) {
    Points points = Clouds.gaussian(POINTS, dimension, seed);
    int[] order = new int[POINTS];
    Arrays.setAll(order, i -> i);
    RandomStream.shuffle(order, POINTS, RandomStream.of(seed, "order"));
    assertSame(cloud(points.rows(order), seed), cloud(points, seed));
  }

  private static Cloud cloud(Points points, long seed) {
    return Cloud.of(points, NeighbourSearch.search(points, K), seed);
  }

  private static void assertSame(Cloud cloud, Cloud other) {
    for (Estimator estimator : Estimator.values()) {
      double expected = estimator.estimate(other, K);
      double found = estimator.estimate(cloud, K);
      if (estimator == Estimator.DANCO) {
        // It tries dimensions as far as the space has them.
        assertThat(found).as(estimator.key()).isBetween(0.8 * expected, expected + 4);
      } else {
        assertThat(found)
            .as(estimator.key())
            .satisfiesAnyOf(
                value -> assertThat(value).isCloseTo(expected, withPercentage(0.5)),
                value -> assertThat(value).isNaN(),
                value -> assertThat(value).isInfinite());
        assertThat(Double.isFinite(found)).as(estimator.key()).isEqualTo(Double.isFinite(expected));
      }
    }
  }
}
