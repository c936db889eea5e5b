// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.contrastive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fathom.random.RandomStream;
import dev.fathom.testing.InfoNceReference;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.statistics.Statistics;
import net.jqwik.api.statistics.StatisticsReport;

/**
 * The kernel against the definition in double precision, whatever the batch.
 *
 * <p>The tolerance is that of single precision: a similarity of vectors no longer than |u| and |v|
 * is off by a few units in the last place of |u|·|v|, a logit by that over τ, and a softmax by as
 * much of itself, beside the {@value #EXP_ERROR} that the polynomial exp is exact to.
 */
class InfoNcePropertiesTest {
  private static final double EXP_ERROR = 1e-5;
  private static final double UNITS_IN_THE_LAST_PLACE = 6;

  /** How the rows of a batch lie to each other. */
  enum Arrangement {
    INDEPENDENT,
    RELATED,
    SIDES_EQUAL,
    SIDES_OPPOSED,
    FEW_DISTINCT_ROWS,
    ALL_ROWS_EQUAL,
    ONE_PAIR_THAT_NO_ROW_RANKS_HIGH,
    ROW_MAXIMA_FAR_APART
  }

  /**
   * A batch to be drawn.
   *
   * @param spread standard deviation of the logarithm of a row's length; 0 for unit length
   */
  record Batch(
      Arrangement arrangement,
      int pairs,
      int dimension,
      double spread,
      float temperature,
      long seed) {

    /** Both sides, first u, then v. */
    float[][] sides() {
      RandomGenerator random = RandomStream.of(seed, "batch");
      double[][] u = new double[pairs][];
      double[][] v = new double[pairs][];
      double[] common = direction(random);
      for (int i = 0; i < pairs; i++) {
        u[i] = direction(random);
        v[i] = direction(random);
        switch (arrangement) {
          case INDEPENDENT -> {}
          case RELATED -> v[i] = mixed(u[i], v[i], 0.3);
          case SIDES_EQUAL -> v[i] = u[i];
          case SIDES_OPPOSED -> v[i] = mixed(u[i], u[i], -2);
          case FEW_DISTINCT_ROWS -> {
            u[i] = u[i % 3];
            v[i] = v[i % 2];
          }
          case ALL_ROWS_EQUAL -> {
            u[i] = common;
            v[i] = common;
          }
          case ONE_PAIR_THAT_NO_ROW_RANKS_HIGH -> {
            u[i] = mixed(common, u[i], 0.1);
            v[i] = mixed(common, v[i], i == pairs / 2 ? -2 : 0.1);
            if (i == pairs / 2) {
              v[i] = mixed(common, common, -2);
            }
          }
          case ROW_MAXIMA_FAR_APART -> {
            double length = Math.pow(10, -3.0 * i / pairs);
            u[i] = Arrays.stream(mixed(common, u[i], 0.2)).map(x -> x * length).toArray();
            v[i] = mixed(common, v[i], 0.2);
          }
        }
      }
      return new float[][] {flat(u, random), flat(v, random)};
    }

    private double[] direction(RandomGenerator random) {
      double[] row = random.doubles(dimension, -1, 1).map(x -> x + Math.signum(x) * 1e-3).toArray();
      return mixed(row, row, 0);
    }

    /** The direction of {@code a + share·b}. */
    private static double[] mixed(double[] a, double[] b, double share) {
      double[] sum = IntStream.range(0, a.length).mapToDouble(c -> a[c] + share * b[c]).toArray();
      double length = Math.sqrt(Arrays.stream(sum).map(x -> x * x).sum());
      return Arrays.stream(sum).map(x -> x / length).toArray();
    }

    private float[] flat(double[][] rows, RandomGenerator random) {
      float[] flat = new float[pairs * dimension];
      for (int i = 0; i < pairs; i++) {
        double length = Math.exp(spread * random.nextGaussian());
        for (int c = 0; c < dimension; c++) {
          flat[i * dimension + c] = (float) (length * rows[i][c]);
        }
      }
      return flat;
    }
  }

  /** What the kernel gives. */
  private record Result(
      double loss, float[] gradientU, float[] gradientV, double temperatureGradient) {
    static Result of(float[] u, float[] v, int pairs, float temperature) {
      // Larger than the batch, and used before, as the working memory of a worker is.
      int dimension = u.length / pairs;
      InfoNce objective = new InfoNce(pairs + 2, dimension);
      float[] other = new float[(pairs + 2) * dimension];
      Arrays.fill(other, 7f);
      objective.lossAndGradients(other, other, pairs + 2, 1f, other.clone(), other.clone());
      float[] gradientU = new float[u.length];
      float[] gradientV = new float[v.length];
      double loss = objective.lossAndGradients(u, v, pairs, temperature, gradientU, gradientV);
      double temperatureGradient = objective.temperatureGradient();
      assertThat(objective.loss(u, v, pairs, temperature)).isEqualTo(loss).isFinite();
      return new Result(loss, gradientU, gradientV, temperatureGradient);
    }
  }

  /** How far single precision may be off, for a batch. */
  private record Tolerance(double longestU, double longestV, int pairs, double temperature) {
    static Tolerance of(float[] u, float[] v, int pairs, double temperature) {
      return new Tolerance(
          InfoNceReference.longestRow(InfoNceReference.doubles(u), pairs),
          InfoNceReference.longestRow(InfoNceReference.doubles(v), pairs),
          pairs,
          temperature);
    }

    double largestLogit() {
      return longestU * longestV / temperature;
    }

    double softmax() {
      return EXP_ERROR + UNITS_IN_THE_LAST_PLACE * 0x1p-24 * largestLogit();
    }

    /** Of a row of a gradient, over the length of what it is a mean of. */
    double row(double mass) {
      return softmax() * (3 + mass) / (2 * pairs * temperature);
    }

    double temperatureGradient() {
      return 2 * softmax() * largestLogit();
    }
  }

  @Property(tries = 400, seed = "11")
  @StatisticsReport(onFailureOnly = true)
  void lossAndGradientsMeetTheDefinitionByEitherWayThroughTheColumns(
      @ForAll("batches") Batch batch) {
    float[] u = batch.sides()[0];
    float[] v = batch.sides()[1];

    Result result = Result.of(u, v, batch.pairs(), batch.temperature());

    InfoNceReference expected = InfoNceReference.of(u, v, batch.pairs(), batch.temperature());
    Tolerance tolerance = Tolerance.of(u, v, batch.pairs(), batch.temperature());
    assertThat(result.loss()).isCloseTo(expected.loss(), within(tolerance.softmax()));
    assertThat(result.temperatureGradient())
        .isCloseTo(expected.temperatureGradient(), within(tolerance.temperatureGradient()));
    for (int i = 0; i < u.length; i++) {
      int row = i / batch.dimension();
      assertThat((double) result.gradientU()[i])
          .isCloseTo(
              expected.gradientU()[i],
              within(tolerance.longestV() * tolerance.row(expected.massU()[row])));
      assertThat((double) result.gradientV()[i])
          .isCloseTo(
              expected.gradientV()[i],
              within(tolerance.longestU() * tolerance.row(expected.massV()[row])));
    }
    Statistics.collect(columnsShareTheExp(expected.similarities(), batch.temperature()));
    Statistics.coverage(
        coverage -> {
          coverage.check(true).count(count -> count > 80);
          coverage.check(false).count(count -> count > 80);
        });
  }

  @Property(tries = 120, seed = "12")
  void gradientsAreFiniteDifferencesOfTheDefinition(@ForAll("batches") Batch batch) {
    float[] u = batch.sides()[0];
    float[] v = batch.sides()[1];
    RandomGenerator random = RandomStream.of(batch.seed(), "direction");
    double[] alongU = random.doubles(u.length, -1, 1).toArray();
    double[] alongV = random.doubles(v.length, -1, 1).toArray();
    double alongTau = random.nextDouble(-1, 1);

    Result result = Result.of(u, v, batch.pairs(), batch.temperature());

    Tolerance tolerance = Tolerance.of(u, v, batch.pairs(), batch.temperature());
    double longestStepU = InfoNceReference.longestRow(alongU, batch.pairs());
    double longestStepV = InfoNceReference.longestRow(alongV, batch.pairs());
    double reach =
        (longestStepU * tolerance.longestV() + longestStepV * tolerance.longestU())
                / batch.temperature()
            + tolerance.largestLogit();
    double step = 1e-4 / reach;
    double expected =
        (moved(batch, u, alongU, v, alongV, alongTau, step)
                - moved(batch, u, alongU, v, alongV, alongTau, -step))
            / (2 * step);
    double actual =
        dot(result.gradientU(), alongU)
            + dot(result.gradientV(), alongV)
            + result.temperatureGradient() * alongTau;
    assertThat(actual).isCloseTo(expected, within(2 * reach * (tolerance.softmax() + 1e-7)));
  }

  @Property(tries = 80, seed = "13")
  void theOrderOfThePairsDoesNotMatter(@ForAll("batches") Batch batch) {
    float[] u = batch.sides()[0];
    float[] v = batch.sides()[1];
    int[] order = IntStream.range(0, batch.pairs()).toArray();
    RandomStream.shuffle(order, order.length, RandomStream.of(batch.seed(), "order"));

    Result straight = Result.of(u, v, batch.pairs(), batch.temperature());
    Result permuted =
        Result.of(permuted(u, order), permuted(v, order), batch.pairs(), batch.temperature());

    assertAgree(
        permuted,
        new Result(
            straight.loss(),
            permuted(straight.gradientU(), order),
            permuted(straight.gradientV(), order),
            straight.temperatureGradient()),
        permuted(u, order),
        permuted(v, order),
        batch);
  }

  @Property(tries = 80, seed = "14")
  void swappingTheSidesSwapsTheGradients(@ForAll("batches") Batch batch) {
    float[] u = batch.sides()[0];
    float[] v = batch.sides()[1];

    Result straight = Result.of(u, v, batch.pairs(), batch.temperature());
    Result swapped = Result.of(v, u, batch.pairs(), batch.temperature());

    assertAgree(
        new Result(
            swapped.loss(),
            swapped.gradientV(),
            swapped.gradientU(),
            swapped.temperatureGradient()),
        straight,
        u,
        v,
        batch);
  }

  @Provide
  Arbitrary<Batch> batches() {
    return Combinators.combine(
            Arbitraries.of(Arrangement.class).withoutEdgeCases(),
            Arbitraries.integers().between(1, 65),
            Arbitraries.integers().between(1, 40),
            Arbitraries.of(0.0, 0.3, 0.7).withoutEdgeCases(),
            Arbitraries.doubles()
                .between(-5.2983, 2.3025)
                .ofScale(4)
                .withDistribution(RandomDistribution.uniform())
                .map(log -> (float) Math.exp(log)),
            Arbitraries.longs().withoutEdgeCases())
        .as(Batch::new);
  }

  /** Both results are off, each by its tolerance. */
  private static void assertAgree(Result one, Result other, float[] u, float[] v, Batch batch) {
    InfoNceReference reference = InfoNceReference.of(u, v, batch.pairs(), batch.temperature());
    Tolerance tolerance = Tolerance.of(u, v, batch.pairs(), batch.temperature());
    assertThat(one.loss()).isCloseTo(other.loss(), within(2 * tolerance.softmax()));
    assertThat(one.temperatureGradient())
        .isCloseTo(other.temperatureGradient(), within(2 * tolerance.temperatureGradient()));
    for (int i = 0; i < u.length; i++) {
      int row = i / batch.dimension();
      assertThat((double) one.gradientU()[i])
          .isCloseTo(
              other.gradientU()[i],
              within(2 * tolerance.longestV() * tolerance.row(reference.massU()[row])));
      assertThat((double) one.gradientV()[i])
          .isCloseTo(
              other.gradientV()[i],
              within(2 * tolerance.longestU() * tolerance.row(reference.massV()[row])));
    }
  }

  /** The kernel's own condition, in double precision. */
  private static boolean columnsShareTheExp(double[][] similarities, double temperature) {
    int pairs = similarities.length;
    double[] rows =
        Arrays.stream(similarities)
            .mapToDouble(row -> Arrays.stream(row).max().orElseThrow())
            .toArray();
    double[] columns =
        IntStream.range(0, pairs)
            .mapToDouble(
                j -> Arrays.stream(similarities).mapToDouble(row -> row[j]).max().orElseThrow())
            .toArray();
    double highest = Arrays.stream(rows).max().orElseThrow();
    double lowest =
        Math.min(
            Arrays.stream(rows).min().orElseThrow(), Arrays.stream(columns).min().orElseThrow());
    return (highest - lowest) / temperature < InfoNceRows.SHARED_RANGE;
  }

  private static double moved(
      Batch batch,
      float[] u,
      double[] alongU,
      float[] v,
      double[] alongV,
      double alongTau,
      double step) {
    return InfoNceReference.of(
            moved(u, alongU, step),
            moved(v, alongV, step),
            batch.pairs(),
            batch.temperature() * Math.exp(alongTau * step))
        .loss();
  }

  private static double[] moved(float[] values, double[] direction, double step) {
    return IntStream.range(0, values.length)
        .mapToDouble(i -> values[i] + step * direction[i])
        .toArray();
  }

  private static double dot(float[] gradient, double[] direction) {
    return IntStream.range(0, gradient.length).mapToDouble(i -> gradient[i] * direction[i]).sum();
  }

  private static float[] permuted(float[] rows, int[] order) {
    int dimension = rows.length / order.length;
    float[] permuted = new float[rows.length];
    for (int i = 0; i < order.length; i++) {
      System.arraycopy(rows, order[i] * dimension, permuted, i * dimension, dimension);
    }
    return permuted;
  }
}
