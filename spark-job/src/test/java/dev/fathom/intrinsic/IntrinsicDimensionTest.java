// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;
import static org.assertj.core.data.Percentage.withPercentage;

import dev.fathom.intrinsic.DimensionResult.Measured;
import dev.fathom.intrinsic.DimensionResult.Refused;
import dev.fathom.intrinsic.neighbours.NeighbourSearch;
import dev.fathom.intrinsic.neighbours.Neighbours;
import dev.fathom.intrinsic.points.Clouds;
import dev.fathom.intrinsic.points.Points;
import dev.fathom.intrinsic.points.PreparedPoints;
import dev.fathom.random.RandomStream;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IntrinsicDimensionTest {
  private static final IntrinsicSettings SETTINGS = IntrinsicSettings.DEFAULT;

  @Test
  void reportsTheEstimatorsOfTheWholeCloud() {
    Points points = Clouds.golden("sphere_d10_D15");
    Measured measured = measure(points);
    assertThat(measured.points()).isEqualTo(1000);
    assertThat(measured.mle().estimate()).isCloseTo(8.919352529465371, withPercentage(0.1));
    assertThat(measured.mlePointwiseMean().orElseThrow().estimate())
        .isCloseTo(9.3898029422257, withPercentage(0.1));
    assertThat(measured.twoNN().estimate()).isCloseTo(9.709222539764253, withPercentage(0.1));
    assertThat(measured.curve())
        .extracting(ScaleEstimate::n1)
        .containsExactly(1, 2, 4, 8, 16, 32, 64, 128);
    assertThat(measured.curve()).extracting(ScaleEstimate::meanDistance).isSorted();
  }

  @Test
  void readsFiveDimensionsOffAGaussianAndNearlyFiveOffACube() {
    assertThat(measure(Clouds.gaussian(2000, 5, 1)).plateau().estimate()).isCloseTo(5, offset(0.3));
    // A cube of 2000 points in five dimensions is mostly boundary, which reads low.
    assertThat(measure(Clouds.uniform(2000, 5, 1)).plateau().estimate())
        .isCloseTo(4.6, offset(0.3));
  }

  @Test
  void readsTheDimensionWhateverTheDensity() {
    for (int n : new int[] {500, 2000, 12_000}) {
      for (int d = 1; d <= 8; d++) {
        assertDimension(Clouds.moved(Clouds.uniform(n, d, 31), 1, 0, 5, true), n, d);
        assertDimension(Clouds.moved(Clouds.gaussian(n, d, 32), 1, 0, 5, true), n, d);
      }
    }
  }

  private static void assertDimension(Points points, int n, int d) {
    DimensionEstimate read = measure(points).dimension();
    assertThat(read.estimate()).as(n + " " + d).isCloseTo(d, offset(0.1 * d));
    assertThat(read.estimate()).isBetween(read.low(), read.high());
  }

  @Test
  void readsTheGoldenCloudsWithinTheirBoundaryBias() {
    assertThat(measure(Clouds.golden("line_d1_D5")).plateau().estimate())
        .isCloseTo(1, offset(0.05));
    assertThat(measure(Clouds.golden("swissroll_d2_D3")).plateau().estimate())
        .isCloseTo(2, offset(0.15));
    assertThat(measure(Clouds.golden("sphere_d10_D15")).plateau().estimate())
        .isCloseTo(9, offset(0.5));
  }

  @Test
  void readsThroughNoiseWhatTheNearestNeighboursCannot() {
    Points noise = Clouds.gaussian(2000, 10, 3);
    Points signal = Clouds.gaussian(2000, 3, 2);
    float[] values = new float[2000 * 10];
    for (int i = 0; i < values.length; i++) {
      int c = i % 10;
      values[i] = 0.03f * noise.value(i / 10, c) + (c < 3 ? signal.value(i / 10, c) : 0);
    }
    Measured measured = measure(Points.of(values, 2000, 10));
    assertThat(measured.twoNN().estimate()).isGreaterThan(4);
    assertThat(measured.plateau().estimate()).isCloseTo(3.2, offset(0.3));
  }

  @Test
  void doesNotChangeWhenTheCloudIsMovedTurnedScaledOrPadded() {
    Points points = Clouds.golden("curved_d6_D24");
    Measured expected = measure(points);
    for (Points moved :
        List.of(
            Clouds.moved(points, 1, 0, 0, true),
            Clouds.moved(points, 1000, 0, 0, false),
            Clouds.moved(points, 1, 10, 0, false),
            Clouds.moved(points, 1, 0, 9, false))) {
      Measured measured = measure(moved);
      assertSameEstimates(measured, expected);
      assertThat(measured.mle().high()).isCloseTo(expected.mle().high(), withPercentage(0.1));
    }
  }

  @Test
  void estimatesDoNotDependOnTheOrderOfThePoints() {
    Points points = Clouds.golden("swissroll_d2_D3");
    int[] order = new int[points.count()];
    Arrays.setAll(order, i -> i);
    RandomStream.shuffle(order, order.length, RandomStream.of(4, "order"));
    assertSameEstimates(measure(points.rows(order)), measure(points));
  }

  @Test
  void repeatsItselfFromItsSeed() {
    Points points = Clouds.golden("affine_d10_D30");
    assertThat(measure(points)).isEqualTo(measure(points));
    IntrinsicSettings other = new IntrinsicSettings(20, 10, 43);
    Measured reseeded = (Measured) IntrinsicDimension.of(points, other);
    assertThat(reseeded.mle().high()).isNotEqualTo(measure(points).mle().high());
  }

  @Test
  void takesNeighboursThatWereSearchedElsewhere() {
    Points points = Clouds.golden("cube_d17_D17");
    PreparedPoints prepared = PreparedPoints.of(points, SETTINGS.seed());
    Neighbours neighbours = NeighbourSearch.of(prepared.points(), 20, 3).all();
    assertThat(IntrinsicDimension.of(prepared, neighbours, SETTINGS)).isEqualTo(measure(points));
  }

  @Test
  void tellsTheDimensionAroundEachPoint() {
    // A line beside a plane, and a row that cannot be measured.
    Points plane = Clouds.uniform(600, 2, 21);
    float[] values = new float[1001 * 2];
    for (int i = 0; i < 600; i++) {
      values[2 * i] = plane.value(i, 0);
      values[2 * i + 1] = plane.value(i, 1);
    }
    Points line = Clouds.uniform(400, 1, 22);
    for (int i = 0; i < 400; i++) {
      values[1200 + 2 * i] = 10 + line.value(i, 0);
    }
    values[2000] = Float.NaN;
    PreparedPoints prepared = PreparedPoints.of(Points.of(values, 1001, 2), 5);
    Neighbours neighbours = NeighbourSearch.search(prepared.points(), 20);
    double[] around = IntrinsicDimension.pointwise(prepared, neighbours, SETTINGS);
    assertThat(Arrays.stream(around, 0, 600).average().getAsDouble()).isCloseTo(2, offset(0.2));
    assertThat(Arrays.stream(around, 600, 1000).average().getAsDouble()).isCloseTo(1, offset(0.1));
    assertThat(around[1000]).isNaN();
  }

  @Test
  void takesMoreEstimatorsWhereTheyAreAskedFor() {
    IntrinsicSettings all = new IntrinsicSettings(20, 10, 42, EnumSet.allOf(Estimator.class));
    Measured measured = (Measured) IntrinsicDimension.of(Clouds.gaussian(600, 3, 23), all);
    assertThat(measured.estimates()).containsOnlyKeys(Estimator.values());
    assertThat(measured.estimates().values())
        .allSatisfy(
            estimate -> {
              assertThat(estimate.estimate()).isCloseTo(3, offset(0.6));
              assertThat(estimate.low()).isLessThanOrEqualTo(estimate.estimate());
              assertThat(estimate.high()).isGreaterThanOrEqualTo(estimate.estimate());
            });
    assertThat(measured.spectrum().participationRatio()).isCloseTo(3, offset(0.1));
    assertThat(measured.spectrum().effectiveRank()).isCloseTo(3, offset(0.1));
    assertThat(measured.spectrum().componentsFor99()).isEqualTo(3);
    assertThat(measured.thinned()).extracting(ScaleEstimate::n1).containsExactly(1, 2, 4, 8);
  }

  @Test
  void measuresPointsNearerThanSinglePrecisionTells() {
    // Embeddings of a temperature near zero: all within a ball of a millionth of their length.
    Points cloud = Clouds.gaussian(800, 4, 24);
    float[] values = new float[800 * 4];
    for (int i = 0; i < values.length; i++) {
      values[i] = 1 + 1e-6f * cloud.value(i / 4, i % 4);
    }
    DimensionResult result = IntrinsicDimension.of(Points.of(values, 800, 4), SETTINGS);
    assertThat(result.duplicates()).isLessThan(400);
    if (result instanceof Measured measured) {
      assertThat(measured.mle().estimate()).isBetween(1.0, 5.0);
    } else {
      assertThat(((Refused) result).reason()).contains("lattice");
    }
    float[] tiny = new float[800 * 4];
    for (int i = 0; i < tiny.length; i++) {
      tiny[i] = 1e-25f * cloud.value(i / 4, i % 4);
    }
    assertThat(measure(Points.of(tiny, 800, 4)).mle().estimate())
        .isCloseTo(measure(cloud).mle().estimate(), withPercentage(0.1));
  }

  @Test
  void leavesOutWhatOnePointSpoils() {
    // A failed embedding, all zero, is as far from every vector of length one.
    Points cloud = Clouds.gaussian(2000, 16, 25);
    float[] values = new float[2000 * 16];
    for (int i = 0; i < 1999; i++) {
      double squares = 0;
      for (int c = 0; c < 16; c++) {
        squares += (double) cloud.value(i, c) * cloud.value(i, c);
      }
      for (int c = 0; c < 16; c++) {
        values[i * 16 + c] = (float) (cloud.value(i, c) / Math.sqrt(squares));
      }
    }
    Measured measured = measure(Points.of(values, 2000, 16));
    assertThat(measured.mle().estimate()).isBetween(10.0, 16.0);
    assertThat(measured.estimates().values())
        .allSatisfy(estimate -> assertThat(estimate.estimate()).isLessThan(50));
    assertThat(measured.caveats()).anyMatch(caveat -> caveat.contains("method of moments"));
  }

  @Test
  void takesAllEstimatorsOfHardlyAnyPoints() {
    for (int n = 5; n < 40; n++) {
      IntrinsicSettings all = new IntrinsicSettings(3, 10, 42, EnumSet.allOf(Estimator.class));
      Measured measured = (Measured) IntrinsicDimension.of(Clouds.gaussian(n, 3, 26), all);
      assertThat(measured.estimates().values())
          .allSatisfy(estimate -> assertThat(estimate.estimate()).isBetween(0.0, 11.0));
    }
  }

  @Test
  void dancoDoesNotBreakOnDrawsThatFallTogether() {
    for (long seed : new long[] {31, 32, 33, 34}) {
      Points cloud = Clouds.gaussian(1000, 3, 27);
      Cloud measured = Cloud.of(cloud, NeighbourSearch.search(cloud, 11), seed);
      assertThat(Estimator.DANCO.estimate(measured, 20)).isCloseTo(3, offset(0.5));
    }
  }

  @Test
  void tightLocalEstimateIsANumberOnQuantisedPoints() {
    for (long seed = 1; seed < 6; seed++) {
      Points cloud = Clouds.gaussian(1000, 6, seed);
      float[] values = new float[1000 * 6];
      for (int i = 0; i < values.length; i++) {
        values[i] = Math.round(cloud.value(i / 6, i % 6) * 1024) / 1024f;
      }
      for (int c = 0; c < 6; c++) {
        values[6 + c] = values[c] + (c + 1) / 1024f;
        values[12 + c] = values[c] - (c + 1) / 1024f;
      }
      Points points = Points.of(values, 1000, 6);
      Cloud quantised = Cloud.of(points, NeighbourSearch.search(points, 20), 1);
      assertThat(Estimator.TIGHT_LOCAL.estimate(quantised, 20)).isCloseTo(6, offset(0.7));
    }
  }

  @Test
  void measuresNoiseOfManyColumnsInReasonableTime() {
    Measured measured = measure(Clouds.gaussian(1200, 300, 28));
    assertThat(measured.dimension().high()).isLessThanOrEqualTo(300);
  }

  @Test
  void refusesNeighboursOfOtherPoints() {
    PreparedPoints prepared = PreparedPoints.of(Clouds.gaussian(100, 3, 5), 1);
    Neighbours half = NeighbourSearch.search(prepared.points().range(0, 50), 20);
    assertThatThrownBy(() -> IntrinsicDimension.of(prepared, half, SETTINGS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("of 50 points");
  }

  @Test
  void dropsDuplicatesAndNonFiniteRowsAndSaysSo() {
    Points clean = Clouds.gaussian(500, 4, 6);
    float[] values = new float[520 * 4];
    for (int i = 0; i < values.length; i++) {
      values[i] = clean.value(i / 4 % 500, i % 4);
    }
    values[519 * 4] = Float.NaN;
    values[518 * 4 + 3] = Float.NEGATIVE_INFINITY;
    Measured measured = measure(Points.of(values, 520, 4));
    assertThat(measured.given()).isEqualTo(520);
    assertThat(measured.nonFinite()).isEqualTo(2);
    assertThat(measured.duplicates()).isEqualTo(18);
    assertThat(measured.points()).isEqualTo(500);
    assertThat(measured.caveats())
        .anyMatch(caveat -> caveat.contains("2 rows with NaN"))
        .anyMatch(caveat -> caveat.contains("18 rows repeat"));
    assertSameEstimates(measured, measure(clean));
  }

  @Test
  void takesZeroAndMinusZeroForTheSamePlace() {
    PreparedPoints prepared = PreparedPoints.of(Points.of(new float[] {0, 1, -0f, 1}, 2, 2), 1);
    assertThat(prepared.duplicates()).isEqualTo(1);
  }

  @Test
  void refusesWhatCannotBeMeasuredWithAReason() {
    assertThat(refusal(Clouds.gaussian(21, 3, 7))).contains("21 distinct finite points");
    assertThat(refusal(Points.of(new float[300], 100, 3))).contains("identical");
    assertThat(refusal(Points.of(new float[0], 0, 3))).contains("0 distinct finite points");
    assertThat(refusal(EstimatorsTest.corners(60))).contains("lattice");
    float[] lattice = new float[900 * 2];
    for (int i = 0; i < 900; i++) {
      lattice[2 * i] = Math.floorDiv(i, 30);
      lattice[2 * i + 1] = i % 30;
    }
    assertThat(refusal(Points.of(lattice, 900, 2))).contains("lattice");
  }

  @ParameterizedTest
  @ValueSource(ints = {22, 30, 60, 119, 120, 200, 1000, 5000})
  void givesFiniteNumbersForAnySufficientNumberOfPoints(int n) {
    Measured measured = measure(Clouds.gaussian(n, 3, 8));
    DoubleStream numbers =
        DoubleStream.concat(
            List.of(measured.mle(), measured.mlePointwiseMean().orElseThrow(), measured.twoNN())
                .stream()
                .flatMapToDouble(e -> DoubleStream.of(e.low(), e.estimate(), e.high())),
            DoubleStream.of(
                measured.plateau().low(),
                measured.plateau().estimate(),
                measured.plateau().high()));
    assertThat(numbers.boxed()).allMatch(value -> value >= 0 && value < 15);
    assertThat(measured.caveats().stream().anyMatch(c -> c.contains("too few for blocks")))
        .isEqualTo(n < 200);
  }

  @Test
  void continuesTheCurveOnAThinnedCloudWherePointsAreMany() {
    Measured measured = measure(Clouds.gaussian(20_000, 2, 9));
    assertThat(measured.curve())
        .extracting(ScaleEstimate::n1)
        .containsExactly(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048);
    assertThat(measured.curve())
        .allSatisfy(scale -> assertThat(scale.estimate()).isCloseTo(2, offset(0.2)));
    assertThat(measured.curve()).extracting(ScaleEstimate::meanDistance).isSorted();
    assertThat(measured.curve().get(0).points()).isEqualTo(20_000);
    assertThat(measured.curve().get(11).points()).isEqualTo(2500);
  }

  @Test
  void intervalsCoverTheEstimatorsMeanAboutAsOftenAsTheyClaim() {
    int replicates = 60;
    Measured[] measured = new Measured[replicates];
    for (int i = 0; i < replicates; i++) {
      measured[i] = measure(Clouds.uniform(800, 3, 100 + i));
    }
    assertThat(coverage(Arrays.stream(measured).map(Measured::mle).toList())).isBetween(0.78, 1.0);
    assertThat(coverage(Arrays.stream(measured).map(Measured::twoNN).toList()))
        .isBetween(0.78, 1.0);
  }

  @Test
  void warnsOfMoreDimensionsThanThePointsResolve() {
    assertThat(measure(Clouds.golden("gauss_d20_D20")).caveats())
        .anyMatch(caveat -> caveat.contains("resolve about 6.0 dimensions"));
    assertThat(measure(Clouds.golden("line_d1_D5")).caveats()).isEmpty();
  }

  @Test
  void measuresASingleColumnBesideConstantOnes() {
    Points column = Clouds.gaussian(1000, 1, 10);
    assertThat(measure(column).mle().estimate()).isCloseTo(1, offset(0.1));
    assertThat(measure(Clouds.moved(column, 1, 0, 3, false)).mle().estimate())
        .isCloseTo(measure(column).mle().estimate(), withPercentage(1e-6));
  }

  @Test
  void rejectsSettingsOutOfRange() {
    assertThatThrownBy(() -> new IntrinsicSettings(2, 10, 1)).hasMessageContaining("not 2");
    assertThatThrownBy(() -> new IntrinsicSettings(20, 1, 1)).hasMessageContaining("not 1");
  }

  private static double coverage(List<DimensionEstimate> estimates) {
    double mean =
        estimates.stream().mapToDouble(DimensionEstimate::estimate).average().orElseThrow();
    return estimates.stream().filter(e -> e.low() <= mean && mean <= e.high()).count()
        / (double) estimates.size();
  }

  private static void assertSameEstimates(Measured measured, Measured expected) {
    assertThat(measured.mle().estimate())
        .isCloseTo(expected.mle().estimate(), withPercentage(0.01));
    assertThat(measured.mlePointwiseMean().orElseThrow().estimate())
        .isCloseTo(expected.mlePointwiseMean().orElseThrow().estimate(), withPercentage(0.01));
    assertThat(measured.twoNN().estimate())
        .isCloseTo(expected.twoNN().estimate(), withPercentage(0.01));
    assertThat(measured.plateau().estimate())
        .isCloseTo(expected.plateau().estimate(), withPercentage(0.01));
    assertThat(measured.dimension().estimate())
        .isCloseTo(expected.dimension().estimate(), withPercentage(0.1));
  }

  private static Measured measure(Points points) {
    return (Measured) IntrinsicDimension.of(points, SETTINGS);
  }

  private static String refusal(Points points) {
    return ((Refused) IntrinsicDimension.of(points, SETTINGS)).reason();
  }
}
