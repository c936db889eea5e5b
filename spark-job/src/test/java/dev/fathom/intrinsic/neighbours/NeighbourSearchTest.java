// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic.neighbours;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Percentage.withPercentage;

import dev.fathom.intrinsic.points.Clouds;
import dev.fathom.intrinsic.points.Points;
import dev.fathom.random.RandomStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NeighbourSearchTest {

  @Test
  void findsWhatBruteForceInDoubleFinds() {
    assertMatchesBruteForce(Clouds.gaussian(1500, 17, 1), 20);
    assertMatchesBruteForce(Clouds.uniform(700, 1, 2), 20);
    assertMatchesBruteForce(Clouds.uniform(25, 3, 3), 24);
    assertMatchesBruteForce(Clouds.uniform(2, 3, 4), 1);
  }

  @Test
  void tellsNearDuplicatesApart() {
    RandomGenerator random = RandomStream.of(5, "near-duplicates");
    Points distinct = Clouds.gaussian(100, 16, 5);
    float[] values = new float[1200 * 16];
    for (int i = 0; i < 1200; i++) {
      for (int c = 0; c < 16; c++) {
        values[i * 16 + c] = distinct.value(i % 100, c) + (float) (1e-6 * random.nextGaussian());
      }
    }
    assertMatchesBruteForce(Points.of(values, 1200, 16), 5);
    assertMatchesBruteForce(Points.of(values, 1200, 16), 15);
  }

  @Test
  void isExactFarFromTheOriginAndBesideAnOutlier() {
    assertMatchesBruteForce(Clouds.moved(Clouds.gaussian(1200, 8, 6), 1, 1e4, 0, false), 20);
    float[] values = new float[1200 * 4];
    Points cloud = Clouds.gaussian(1200, 4, 7);
    for (int i = 0; i < values.length; i++) {
      values[i] = cloud.value(i / 4, i % 4);
    }
    values[17] = 1e7f;
    assertMatchesBruteForce(Points.of(values, 1200, 4), 20);
  }

  @Test
  void isExactForVeryLargeAndVerySmallValues() {
    assertMatchesBruteForce(Clouds.moved(Clouds.gaussian(300, 5, 8), 1e30, 0, 0, false), 10);
    assertMatchesBruteForce(Clouds.moved(Clouds.gaussian(300, 5, 8), 1e-30, 0, 0, false), 10);
  }

  @Test
  void ordersEqualDistancesByIndex() {
    int side = 12;
    float[] values = new float[side * side * 2];
    for (int i = 0; i < side * side; i++) {
      values[2 * i] = Math.floorDiv(i, side);
      values[2 * i + 1] = i % side;
    }
    assertMatchesBruteForce(Points.of(values, side * side, 2), 7);
  }

  @Test
  void findsTheTwinOfARepeatedPointAndNeverThePointItself() {
    float[] values = {1, 2, 3, 4, 1, 2, 9, 9};
    Neighbours neighbours = NeighbourSearch.search(Points.of(values, 4, 2), 1);
    assertThat(neighbours.index(0, 1)).isEqualTo(2);
    assertThat(neighbours.index(2, 1)).isZero();
    assertThat(neighbours.distance(0, 1)).isZero();
  }

  @Test
  void isExactWhereFewAxesHoldNearlyAll() {
    assertMatchesBruteForce(flat(2100, 3, 40, 1e-3f), 12);
    assertMatchesBruteForce(flat(2100, 20, 40, 0), 12);
  }

  @Test
  void isExactWhereTheFirstAxesHoldNotNearlyAll() {
    for (float noise : new float[] {0.1f, 0.3f, 1}) {
      Points points = flat(5000, 8, 64, noise);
      Neighbours neighbours = NeighbourSearch.search(points, 20);
      for (int i = 0; i < 5000; i += 37) {
        int query = i;
        double[] sorted =
            IntStream.range(0, 5000)
                .filter(j -> j != query)
                .mapToDouble(j -> squared(points, query, j))
                .sorted()
                .toArray();
        for (int rank = 1; rank <= 20; rank++) {
          assertThat(neighbours.distance(i, rank))
              .isCloseTo(Math.sqrt(sorted[rank - 1]), withPercentage(1e-9));
        }
      }
    }
  }

  @Test
  void isExactForManyLeavesOfClusters() {
    Points centres = Clouds.gaussian(9, 6, 12);
    Points noise = Clouds.gaussian(2500, 6, 13);
    float[] values = new float[2500 * 6];
    for (int i = 0; i < values.length; i++) {
      values[i] = 10 * centres.value(i / 6 % 9, i % 6) + 0.01f * noise.value(i / 6, i % 6);
    }
    assertMatchesBruteForce(Points.of(values, 2500, 6), 20);
  }

  @Test
  void losesNoNeighbourWhereTheSquareOfAGapUnderflows() {
    double radius = 1e22;
    double denormal = Math.pow(2, -149);
    double gap = radius * Math.sqrt(1.6 * denormal);
    double width = radius * Math.sqrt(1.8 * denormal);
    List<Double> half = new ArrayList<>(List.of(radius, gap / 2));
    for (int i = 0; i < 149; i++) {
      half.add(gap / 2 + width + 1e-5 * i);
      half.add(gap / 2 + width + 0.002 + 1e-5 * i);
    }
    float[] values = new float[2 * half.size()];
    for (int i = 0; i < half.size(); i++) {
      values[2 * i] = half.get(i).floatValue();
      values[2 * i + 1] = -half.get(i).floatValue();
    }
    assertMatchesBruteForce(Points.of(values, values.length, 1), 1);
  }

  @Test
  void refusesPointsThatAreNotFinite() {
    float[] values = new float[600];
    values[77] = Float.NaN;
    assertThatThrownBy(() -> NeighbourSearch.search(Points.of(values, 300, 2), 5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("NaN");
  }

  @Test
  void partsMergeToTheWholeInAnyOrder() {
    Points points = Clouds.gaussian(2600, 12, 9);
    Neighbours whole = NeighbourSearch.search(points, 9);
    for (int parts : new int[] {1, 2, 3, 4, 5, 8, 40}) {
      NeighbourSearch search = NeighbourSearch.of(points, 9, parts);
      double[] bounds =
          IntStream.range(0, search.parts())
              .mapToObj(search::bounds)
              .flatMapToDouble(Arrays::stream)
              .toArray();
      Map<Integer, PartialNeighbours> merged = new TreeMap<>(Comparator.reverseOrder());
      for (int part = search.parts() - 1; part >= 0; part--) {
        for (PartialNeighbours found : search.part(part, bounds)) {
          merged.merge(found.from(), found, PartialNeighbours::merge);
        }
      }
      assertThat(search.join(List.copyOf(merged.values())))
          .usingRecursiveComparison()
          .isEqualTo(whole);
    }
  }

  @Test
  void refusesToJoinLessThanAll() {
    NeighbourSearch search = NeighbourSearch.of(Clouds.gaussian(1000, 3, 10), 3, 4);
    List<PartialNeighbours> some = search.part(0).subList(0, 1);
    assertThatThrownBy(() -> search.join(some))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("all 1000");
  }

  @Test
  void refusesMoreNeighboursThanThereAre() {
    Points points = Clouds.gaussian(10, 3, 11);
    assertThatThrownBy(() -> NeighbourSearch.search(points, 10))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("10 neighbours");
  }

  /** A cloud of few dimensions turned into many, with noise in all. */
  private static Points flat(int n, int d, int width, float noise) {
    Points cloud = Clouds.gaussian(n, d, 14);
    Points axes = Clouds.gaussian(d, width, 15);
    Points rest = Clouds.gaussian(n, width, 16);
    float[] values = new float[n * width];
    for (int i = 0; i < values.length; i++) {
      double sum = noise * rest.value(i / width, i % width);
      for (int c = 0; c < d; c++) {
        sum += cloud.value(i / width, c) * axes.value(c, i % width);
      }
      values[i] = (float) sum;
    }
    return Points.of(values, n, width);
  }

  private static void assertMatchesBruteForce(Points points, int k) {
    Neighbours neighbours = NeighbourSearch.search(points, k);
    for (int i = 0; i < points.count(); i++) {
      int query = i;
      double[] squared =
          IntStream.range(0, points.count()).mapToDouble(j -> squared(points, query, j)).toArray();
      int[] expected =
          IntStream.range(0, points.count())
              .filter(j -> j != query)
              .boxed()
              .sorted(Comparator.<Integer>comparingDouble(j -> squared[j]).thenComparing(j -> j))
              .limit(k)
              .mapToInt(Integer::intValue)
              .toArray();
      for (int rank = 1; rank <= k; rank++) {
        assertThat(neighbours.distance(i, rank))
            .isCloseTo(Math.sqrt(squared[expected[rank - 1]]), withPercentage(1e-9));
        assertThat(neighbours.index(i, rank)).isEqualTo(expected[rank - 1]);
      }
    }
  }

  private static double squared(Points points, int i, int j) {
    double sum = 0;
    for (int c = 0; c < points.dimension(); c++) {
      double difference = (double) points.value(i, c) - points.value(j, c);
      sum += difference * difference;
    }
    return sum;
  }
}
