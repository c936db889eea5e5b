// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import dev.fathom.random.RandomStream;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RetrievalTest {
  private static final long SEED = 5;

  @Test
  void countsWhatBruteForceCounts() {
    int n = 1300;
    int d = 5;
    float[] x = gaussian(n * d, 1);
    float[] y = plusNoise(x, 1.0, 2);
    Retrieval retrieval = Retrieval.of(PairedEmbeddings.of(x, y, n, d), SEED);
    double[] xToY = bruteForceRanks(x, y, n, d);
    double[] yToX = bruteForceRanks(y, x, n, d);
    assertMatches(retrieval.xToY(), xToY);
    assertMatches(retrieval.yToX(), yToX);
    float[] unitX = normalised(x, d);
    float[] unitY = normalised(y, d);
    double[] byCosine = bruteForceRanks(unitX, unitY, n, d);
    double[] byCosineBack = bruteForceRanks(unitY, unitX, n, d);
    assertThat(retrieval.topShare())
        .isCloseTo(
            IntStream.range(0, n).filter(i -> Math.min(byCosine[i], byCosineBack[i]) <= 6.5).count()
                / (double) n,
            offset(2.0 / n));
    assertThat(retrieval.chance().aboveChance()).isTrue();
  }

  @Test
  void partsOfTheAskersMergeToTheWholeInAnyOrder() {
    int n = 1100;
    float[] x = gaussian(n * 6, 31);
    PairedEmbeddings pairs = PairedEmbeddings.of(x, plusNoise(x, 0.7, 32), n, 6);
    List<String> labels = IntStream.range(0, n).mapToObj(i -> "" + i % 7).toList();
    Retrieval merged =
        Retrieval.of(
            pairs,
            labels,
            SEED,
            ranked ->
                Ranking.of(ranked, 700, n)
                    .merge(Ranking.of(ranked, 0, 300).merge(Ranking.of(ranked, 300, 700))));
    assertThat(merged).isEqualTo(Retrieval.of(pairs, labels, SEED));
  }

  @Test
  void whatIsIdenticalAsksOnceAndIsOneAnswer() {
    int n = 600;
    int d = 6;
    // x repeats every 300 pairs, y every 40: an x has two partners, or one, and a y has several.
    List<Integer> contentX = IntStream.range(0, n).mapToObj(i -> i % 300).toList();
    List<Integer> contentY = IntStream.range(0, n).mapToObj(i -> i % 40).toList();
    float[] y = repeated(gaussian(40 * d, 51), contentY, d);
    float[] x = repeated(plusNoise(Arrays.copyOf(y, 300 * d), 1.5, 52), contentX, d);
    PairedEmbeddings pairs = PairedEmbeddings.of(x, y, n, d).of(Items.of(contentX, contentY));

    Retrieval retrieval = Retrieval.of(pairs, SEED);

    assertThat(retrieval.items()).isEqualTo(new Retrieval.Distinct(300, 40));
    double[] xToY = bruteForceRanks(x, contentX, y, contentY, d);
    double[] yToX = bruteForceRanks(y, contentY, x, contentX, d);
    assertThat(xToY).hasSize(300);
    assertThat(yToX).hasSize(40);
    assertMatches(retrieval.xToY(), xToY);
    assertMatches(retrieval.yToX(), yToX);
    assertThat(retrieval.xToY().recallAt1()).isBetween(0.2, 0.9);
    // An x has the two partners x % 40 and (x + 300) % 40.
    assertThat(retrieval.xToY().chanceAt10()).isCloseTo(1 - 30.0 / 40 * 29 / 39, offset(1e-12));
    assertThat(retrieval.chance().aboveChance()).isTrue();
    // Of pairs that are not known to be identical the other copies come first as often as not.
    assertThat(Retrieval.of(PairedEmbeddings.of(x, y, n, d), SEED).xToY().recallAt1())
        .isLessThan(0.01);
    Retrieval merged =
        Retrieval.of(
            pairs,
            List.of(),
            SEED,
            ranked -> Ranking.of(ranked, 70, 300).merge(Ranking.of(ranked, 0, 70)));
    assertThat(merged).isEqualTo(retrieval);
  }

  @Test
  void copiesOfUnrelatedSidesAreAtChance() {
    int flagged = 0;
    for (int trial = 0; trial < 30; trial++) {
      List<Integer> contentX = IntStream.range(0, 600).mapToObj(i -> i % 300).toList();
      List<Integer> contentY = IntStream.range(0, 600).mapToObj(i -> i * 7 % 40).toList();
      float[] x = repeated(gaussian(300 * 6, 600 + trial), contentX, 6);
      float[] y = repeated(gaussian(40 * 6, 700 + trial), contentY, 6);
      Retrieval retrieval =
          Retrieval.of(PairedEmbeddings.of(x, y, 600, 6).of(Items.of(contentX, contentY)), SEED);
      assertThat(retrieval.xToY().recallAt10())
          .isCloseTo(retrieval.xToY().chanceAt10(), offset(0.12));
      flagged += retrieval.chance().pValue() <= 0.01 ? 1 : 0;
    }
    assertThat(flagged).isLessThan(4);
  }

  @Test
  void examplesShowWhatIsIdenticalOnce() {
    List<Integer> content = IntStream.range(0, 90).mapToObj(i -> i % 30).toList();
    float[] y = repeated(gaussian(30 * 3, 61), content, 3);
    float[] x = plusNoise(y, 0.8, 62);
    RetrievalExamples examples =
        RetrievalExamples.of(
            PairedEmbeddings.of(x, y, 90, 3)
                .of(Items.of(IntStream.range(0, 90).boxed().toList(), content)),
            SEED);
    for (RetrievalExamples.Query query : examples.xToY()) {
      assertThat(query.answers()).doesNotHaveDuplicates().allMatch(row -> row < 30);
      assertThat(query.right()).containsExactly(query.asker() % 30);
      assertThat(query.answers().contains(query.asker() % 30)).isEqualTo(query.rank() <= 4);
    }
    assertThat(examples.yToX()).allMatch(query -> query.asker() < 30);
    assertThat(
            examples.yToX().stream()
                .flatMap(
                    query -> query.right().stream().filter(row -> (row - query.asker()) % 30 != 0)))
        .isEmpty();
  }

  private static float[] repeated(float[] values, List<Integer> content, int d) {
    float[] rows = new float[content.size() * d];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = values[content.get(i / d) * d + i % d];
    }
    return rows;
  }

  /** The rank of the first partner of each different asker among different answers. */
  private static double[] bruteForceRanks(
      float[] asks, List<Integer> askers, float[] answers, List<Integer> contents, int d) {
    return askers.stream()
        .distinct()
        .mapToDouble(
            asker -> {
              int row = askers.indexOf(asker);
              double best =
                  IntStream.range(0, askers.size())
                      .filter(i -> askers.get(i).equals(asker))
                      .mapToDouble(i -> product(asks, answers, row, i, d))
                      .max()
                      .orElseThrow();
              return 1
                  + contents.stream()
                      .distinct()
                      .filter(
                          other -> product(asks, answers, row, contents.indexOf(other), d) > best)
                      .count();
            })
        .toArray();
  }

  @Test
  void isPerfectForEqualSides() {
    float[] x = normalised(gaussian(400 * 8, 3), 8);
    Retrieval retrieval = Retrieval.of(PairedEmbeddings.of(x, x.clone(), 400, 8), SEED);
    assertThat(retrieval.xToY()).isEqualTo(new Retrieval.Direction(1, 1, 1, 1, 0.025));
    assertThat(retrieval.yToX()).isEqualTo(retrieval.xToY());
    assertThat(retrieval.topShare()).isEqualTo(1);
  }

  @Test
  void ranksUnrelatedSidesAtChanceWhateverTheirLength() {
    for (float scale : new float[] {0x1p-100f, 0x1p-66f, 0x1p60f, 0x1p100f}) {
      float[] x = gaussian(400 * 8, 41);
      float[] y = gaussian(400 * 8, 42);
      for (int i = 0; i < x.length; i++) {
        x[i] *= scale;
        y[i] *= scale;
      }
      PairedEmbeddings pairs = PairedEmbeddings.of(x, y, 400, 8);
      Retrieval retrieval = Retrieval.of(pairs, SEED);
      assertThat(retrieval.xToY().recallAt1()).as("" + scale).isLessThan(0.02);
      assertThat(retrieval.chance().aboveChance()).isFalse();
      Agreement agreement = Agreement.of(pairs, SEED);
      assertThat(agreement.uniformityX()).isNotNaN();
      assertThat(agreement.uniformityY()).isNotNaN();
    }
  }

  @Test
  void doesNotTakeAnswersForTiesBecauseAnotherIsLong() {
    float[] x = gaussian(400 * 64, 43);
    float[] y = x.clone();
    for (int c = 0; c < 64; c++) {
      y[c] *= 1e6f;
    }
    Retrieval retrieval = Retrieval.of(PairedEmbeddings.of(x, y, 400, 64), SEED);
    assertThat(retrieval.xToY().recallAt5()).isGreaterThan(0.99);
  }

  @Test
  void doesNotCallRepeatedAnswersASignal() {
    int flagged = 0;
    for (int trial = 0; trial < 30; trial++) {
      float[] x = gaussian(760 * 6, 300 + trial);
      float[] few = gaussian(40 * 6, 400 + trial);
      float[] y = new float[760 * 6];
      for (int i = 0; i < y.length; i++) {
        y[i] = few[i / 6 % 40 * 6 + i % 6];
      }
      Retrieval retrieval = Retrieval.of(PairedEmbeddings.of(x, y, 760, 6), SEED);
      flagged += retrieval.chance().pValue() <= 0.01 ? 1 : 0;
    }
    assertThat(flagged).isLessThan(4);
  }

  @Test
  void ranksACollapsedEncoderAtChance() {
    int n = 1501;
    float[] x = new float[n * 7];
    float[] point = gaussian(7, 4);
    for (int i = 0; i < x.length; i++) {
      x[i] = point[i % 7];
    }
    Retrieval retrieval = Retrieval.of(PairedEmbeddings.of(x, x.clone(), n, 7), SEED);
    assertThat(retrieval.xToY())
        .isEqualTo(new Retrieval.Direction(0, 0, 0, (n + 1) / 2.0, 10.0 / n));
    assertThat(retrieval.chance().pValue()).isEqualTo(1);
    assertThat(retrieval.chance().aboveChance()).isFalse();
  }

  @Test
  void ranksShuffledPairsAtChanceWithAFairPValue() {
    int n = 1000;
    int flagged = 0;
    double small = 0;
    for (int trial = 0; trial < 40; trial++) {
      float[] x = gaussian(n * 4, 100 + trial);
      float[] y = gaussian(n * 4, 500 + trial);
      Retrieval retrieval = Retrieval.of(PairedEmbeddings.of(x, y, n, 4), SEED);
      flagged += retrieval.chance().aboveChance() ? 1 : 0;
      small += retrieval.chance().pValue() < 0.2 ? 1 : 0;
      assertThat(retrieval.xToY().recallAt10()).isLessThan(0.035);
      assertThat(retrieval.xToY().medianRank()).isBetween(420.0, 580.0);
    }
    assertThat(flagged).isZero();
    assertThat(small / 40).isLessThan(0.45);
  }

  @Test
  void detectsAWeakSignal() {
    int n = 2000;
    float[] x = gaussian(n * 8, 6);
    Retrieval retrieval = Retrieval.of(PairedEmbeddings.of(x, plusNoise(x, 5, 7), n, 8), SEED);
    assertThat(retrieval.xToY().recallAt10()).isLessThan(0.1);
    assertThat(retrieval.chance().depth()).isEqualTo(10);
    assertThat(retrieval.chance().recall()).isEqualTo(0.005);
    assertThat(retrieval.chance().aboveChance()).isTrue();
  }

  @Test
  void matchesLabelsOfTheNearest() {
    float[] x = {1, 0, 0.9f, 0.1f, 0, 1};
    float[] y = {0.9f, 0.1f, 1, 0, 0, 1};
    List<String> labels = List.of("a", "a", "b");
    Retrieval retrieval = Retrieval.of(PairedEmbeddings.of(x, y, 3, 2), labels, SEED);
    assertThat(retrieval.labelMatch()).contains(new Retrieval.LabelMatch(1, 1));
    Retrieval relabelled =
        Retrieval.of(PairedEmbeddings.of(x, y, 3, 2), List.of("a", "b", "c"), SEED);
    assertThat(relabelled.labelMatch().orElseThrow().xToY()).isLessThan(1);
    assertThat(Retrieval.of(PairedEmbeddings.of(x, y, 3, 2), SEED).labelMatch()).isEmpty();
  }

  @Test
  void doesNotCallOnePairASignal() {
    Retrieval retrieval =
        Retrieval.of(PairedEmbeddings.of(new float[] {1}, new float[] {2}, 1, 1), SEED);
    assertThat(retrieval.xToY().recallAt1()).isEqualTo(1);
    assertThat(retrieval.chance().aboveChance()).isFalse();
  }

  @Test
  void rejectsWhatAreNoPairs() {
    assertThatThrownBy(() -> PairedEmbeddings.of(new float[6], new float[4], 3, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("4 values of y");
    assertThatThrownBy(() -> PairedEmbeddings.of(new float[2], new float[] {0, Float.NaN}, 2, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("row 1 of y");
    PairedEmbeddings pairs = PairedEmbeddings.of(new float[2], new float[2], 2, 1);
    assertThatThrownBy(() -> Retrieval.of(pairs, List.of("a"), SEED))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1 labels for 2 pairs");
  }

  private static void assertMatches(Retrieval.Direction direction, double[] ranks) {
    assertThat(direction.recallAt1()).isCloseTo(recall(ranks, 1), offset(1.0 / ranks.length));
    assertThat(direction.recallAt5()).isCloseTo(recall(ranks, 5), offset(1.0 / ranks.length));
    assertThat(direction.recallAt10()).isCloseTo(recall(ranks, 10), offset(1.0 / ranks.length));
    double[] sorted = Arrays.stream(ranks).sorted().toArray();
    double median = (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    assertThat(direction.medianRank()).isCloseTo(median, offset(0.5));
  }

  private static double recall(double[] ranks, int depth) {
    return Arrays.stream(ranks).filter(rank -> rank <= depth).count() / (double) ranks.length;
  }

  private static double[] bruteForceRanks(float[] asks, float[] answers, int n, int d) {
    double[] ranks = new double[n];
    for (int i = 0; i < n; i++) {
      double partner = product(asks, answers, i, i, d);
      ranks[i] = 1;
      for (int j = 0; j < n; j++) {
        ranks[i] += product(asks, answers, i, j, d) > partner ? 1 : 0;
      }
    }
    return ranks;
  }

  private static double product(float[] a, float[] b, int i, int j, int d) {
    double sum = 0;
    for (int c = 0; c < d; c++) {
      sum += (double) a[i * d + c] * b[j * d + c];
    }
    return sum;
  }

  static float[] gaussian(int length, long seed) {
    RandomGenerator random = RandomStream.of(seed, "embeddings");
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  static float[] plusNoise(float[] values, double noise, long seed) {
    float[] noisy = gaussian(values.length, seed);
    for (int i = 0; i < noisy.length; i++) {
      noisy[i] = (float) (values[i] + noise * noisy[i]);
    }
    return noisy;
  }

  static float[] normalised(float[] values, int d) {
    float[] unit = values.clone();
    for (int row = 0; row < unit.length; row += d) {
      double norm = Math.sqrt(product(values, values, row / d, row / d, d));
      for (int c = row; c < row + d; c++) {
        unit[c] /= (float) norm;
      }
    }
    return unit;
  }
}
