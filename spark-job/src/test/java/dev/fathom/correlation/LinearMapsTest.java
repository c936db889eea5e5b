// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.correlation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fathom.intrinsic.points.Points;
import dev.fathom.random.RandomStream;
import java.util.Arrays;
import java.util.function.IntFunction;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LinearMapsTest {
  private static final int PAIRS = 2000;
  private static final int WIDTH = 24;
  private static final int SHARED = 5;
  private static final int OWN = 5;

  @Test
  void directionsThatBothSidesShareCorrelate() {
    LinearMaps maps = maps(side(1, 1, 1), side(2, 2, 1));

    LinearRelation relation = maps.relation();

    assertThat(relation.pairs()).isEqualTo(PAIRS);
    assertThat(relation.above()).isEqualTo(SHARED);
    assertThat(relation.correlations().subList(0, SHARED))
        .allSatisfy(r -> assertThat(r).isGreaterThan(0.95));
    assertThat(relation.correlations().subList(SHARED, 2 * OWN))
        .allSatisfy(r -> assertThat(r).isLessThan(relation.chance()));
    assertThat(relation.covariance().above()).isEqualTo(SHARED);
    assertThat(relation.covariance().participationRatio()).isBetween(2.0, 5.0);
  }

  @Test
  void whatOneSideTellsOfTheOtherLacksTheOthersOwn() {
    double[] shared = gaussian("shared", SHARED);
    double[] axes = gaussian("axes", 1);
    float[] alone = new float[PAIRS * WIDTH];
    float[] mixed = new float[PAIRS * WIDTH];
    RandomGenerator own = RandomStream.of(9, "own");
    for (int i = 0; i < PAIRS; i++) {
      for (int c = 0; c < WIDTH; c++) {
        double sum = 0;
        for (int k = 0; k < SHARED; k++) {
          sum += shared[i * SHARED + k] * axes[k * WIDTH + c];
        }
        alone[i * WIDTH + c] = (float) sum;
        mixed[i * WIDTH + c] = (float) (c == 0 ? 3 * own.nextGaussian() : sum);
      }
    }
    LinearMaps maps = maps(points(mixed), points(alone));

    Points part = maps.partOfX(SHARED);

    assertThat(part.dimension()).isEqualTo(SHARED);
    // Without the column of its own, x lies as y does; its rows are sampled in random order.
    assertThat(spread(part)).isEqualTo(spread(withoutFirst(mixed)), within(0.02 * spread(part)));
  }

  @Test
  void shuffledPairsHaveNoDirectionInCommonInNinetyNineDrawsOfAHundred() {
    int draws = 100;
    long found =
        IntStream.range(0, draws)
            .filter(
                draw -> {
                  Points x = side(1, 1, 1).range(0, 300);
                  int[] order = IntStream.range(0, 300).toArray();
                  RandomStream.shuffle(order, 300, RandomStream.of(draw, "shuffled"));
                  return LinearMaps.of(x, side(2, 2, 1).rows(order), draw)
                          .orElseThrow()
                          .relation()
                          .above()
                      > 0;
                })
            .count();

    assertThat(found).isLessThanOrEqualTo(4);
  }

  @Test
  void groupsHaveNothingInCommonBetweenPairsThatLieClose() {
    Points x = groups("x");
    Points y = groups("y");
    LinearMaps maps = maps(x, y);

    assertThat(maps.relation().above()).isEqualTo(3);
    assertThat(close(maps, x)).isZero();
  }

  @Test
  void aSharedSurfaceHasDirectionsInCommonBetweenPairsThatLieClose() {
    Points x = side(1, 1, 1);
    LinearMaps maps = maps(x, side(2, 2, 1));

    assertThat(close(maps, x)).isEqualTo(SHARED);
  }

  @Test
  void repeatedItemsCountOnce() {
    int[] repeated = IntStream.range(0, PAIRS).map(i -> i % 200).toArray();
    Points x = side(1, 1, 1).rows(repeated);
    int[] shuffled = IntStream.range(0, 200).toArray();
    RandomStream.shuffle(shuffled, 200, RandomStream.of(3, "shuffled"));
    Points y = side(2, 2, 1).rows(Arrays.stream(repeated).map(i -> shuffled[i]).toArray());

    LinearRelation relation = maps(x, y).relation();

    assertThat(relation.pairs()).isEqualTo(200);
    assertThat(relation.above()).isZero();
  }

  @Test
  void aSideThatIsOnePointOrTooFewPairsHaveNoMaps() {
    Points x = side(1, 1, 1);
    assertThat(LinearMaps.of(x, points(new float[PAIRS * WIDTH]), 1)).isEmpty();
    assertThat(LinearMaps.of(x.range(0, 99), side(2, 2, 1).range(0, 99), 1)).isEmpty();
  }

  /** Directions in common among differences of neighbours in the sample's linear part. */
  private static int close(LinearMaps maps, Points x) {
    Points part = maps.partOfX(maps.relation().above());
    int[] nearest = new int[part.count()];
    for (int i = 0; i < part.count(); i++) {
      double best = Double.POSITIVE_INFINITY;
      for (int j = 0; j < part.count(); j++) {
        double squared = i == j ? best : part.squaredDistance(i, j);
        if (squared < best) {
          best = squared;
          nearest[i] = j;
        }
      }
    }
    assertThat(part.count()).isEqualTo(x.count());
    return maps.differences(nearest).orElseThrow().relation().above();
  }

  private static LinearMaps maps(Points x, Points y) {
    return LinearMaps.of(x, y, 1).orElseThrow();
  }

  /** Shared Gaussian coordinates and some of the side's own, each along random axes. */
  private static Points side(long axesSeed, long ownSeed, double ownScale) {
    double[] shared = gaussian("shared", SHARED);
    RandomGenerator axesRandom = RandomStream.of(axesSeed, "axes");
    double[] axes = axesRandom.doubles((long) (SHARED + OWN) * WIDTH, -1, 1).toArray();
    RandomGenerator own = RandomStream.of(ownSeed, "own");
    float[] values = new float[PAIRS * WIDTH];
    double[] latent = new double[SHARED + OWN];
    for (int i = 0; i < PAIRS; i++) {
      for (int k = 0; k < latent.length; k++) {
        latent[k] = k < SHARED ? shared[i * SHARED + k] : ownScale * own.nextGaussian();
      }
      for (int c = 0; c < WIDTH; c++) {
        double sum = 0;
        for (int k = 0; k < latent.length; k++) {
          sum += latent[k] * axes[k * WIDTH + c];
        }
        values[i * WIDTH + c] = (float) sum;
      }
    }
    return points(values);
  }

  /** Four groups, the same on both sides, each spread by itself. */
  private static Points groups(String side) {
    IntFunction<RandomGenerator> centre = group -> RandomStream.of(group, "centre-" + side);
    RandomGenerator random = RandomStream.of(4, "within-" + side);
    float[] values = new float[PAIRS * WIDTH];
    for (int i = 0; i < PAIRS; i++) {
      RandomGenerator of = centre.apply(i % 4);
      for (int c = 0; c < WIDTH; c++) {
        values[i * WIDTH + c] = (float) (5 * of.nextGaussian() + random.nextGaussian());
      }
    }
    return points(values);
  }

  private static double spread(Points points) {
    double sum = 0;
    for (int c = 0; c < points.dimension(); c++) {
      double mean = 0;
      double squares = 0;
      for (int i = 0; i < points.count(); i++) {
        mean += points.value(i, c) / points.count();
        squares += points.value(i, c) * (double) points.value(i, c) / points.count();
      }
      sum += squares - mean * mean;
    }
    return sum;
  }

  private static Points withoutFirst(float[] values) {
    float[] without = values.clone();
    for (int i = 0; i < PAIRS; i++) {
      without[i * WIDTH] = 0;
    }
    return points(without);
  }

  private static double[] gaussian(String name, int columns) {
    RandomGenerator random = RandomStream.of(5, name);
    return IntStream.range(0, PAIRS * columns).mapToDouble(i -> random.nextGaussian()).toArray();
  }

  private static Points points(float[] values) {
    return Points.of(values, PAIRS, WIDTH);
  }
}
