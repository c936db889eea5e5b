// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.width;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fathom.evaluate.Items;
import dev.fathom.random.RandomStream;
import dev.fathom.width.WidthResult.Curve;
import dev.fathom.width.WidthResult.Point;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class WidthAnalysisTest {
  private static final float[] NO_SIDE = {};
  private static final int POINTS = 3000;
  private static final int WIDTH = 32;
  private static final WidthSettings SETTINGS = new WidthSettings(0.05, 7);

  @Test
  void principalAxesNeedAsManyNumbersAsTheCloudHasDimensions() {
    float[] x = turned(latent(POINTS, 4, 0.003, 1), 2);

    WidthResult result = oneSide(x);

    assertThat(result.quality()).isEqualTo(WidthResult.Quality.NEIGHBOURS_KEPT);
    assertThat(result.full()).isEqualTo(1);
    assertThat(result.width()).isEqualTo(WIDTH);
    assertThat(result.vectors()).isEqualTo(POINTS / 2);
    Curve pca = curve(result, Reduction.PCA, NumberStorage.FLOAT);
    assertThat(pca.smallest().orElseThrow().width()).isEqualTo(4);
    assertThat(pca.smallest().orElseThrow().bytes()).isEqualTo(16);
    for (Reduction other : List.of(Reduction.TRUNCATION, Reduction.RANDOM_PROJECTION)) {
      assertThat(curve(result, other, NumberStorage.FLOAT).smallest().orElseThrow().width())
          .isGreaterThan(8);
    }
    // Nothing is lost where nothing is left out.
    for (Reduction whole : List.of(Reduction.TRUNCATION, Reduction.RANDOM_PROJECTION)) {
      Point last = last(curve(result, whole, NumberStorage.FLOAT));
      assertThat(last.width()).isEqualTo(WIDTH);
      assertThat(last.loss()).isCloseTo(0, within(0.001));
    }
    assertThat(result.best(true).orElseThrow().reduction()).isEqualTo(Reduction.PCA);
  }

  @Test
  void bytesKeepMoreThanBits() {
    WidthResult result = oneSide(turned(latent(POINTS, 12, 0.1, 3), 4));

    double bytes = last(curve(result, Reduction.PCA, NumberStorage.BYTE)).quality();
    Point bits = last(curve(result, Reduction.PCA, NumberStorage.BIT));
    assertThat(bytes).isGreaterThan(0.85);
    assertThat(bits.quality()).isBetween(0.1, bytes - 0.1);
    assertThat(bits.bytes()).isEqualTo(WIDTH / 8);
    assertThat(NumberStorage.BIT.bytes(9)).isEqualTo(2);
    assertThat(NumberStorage.BYTE.bytes(9)).isEqualTo(9);
  }

  @Test
  void firstColumnsAreHeldToRandomOnes() {
    float[] anyhow = turned(latent(POINTS, 12, 0.1, 5), 6);
    float[] nested = anyhow.clone();
    for (int i = 0; i < nested.length; i++) {
      nested[i] /= 1 + i % WIDTH;
    }

    WidthResult found = oneSide(anyhow);
    assertThat(found.nested().orElseThrow().isBetterThanRandom()).isFalse();
    assertThat(oneSide(nested).nested().orElseThrow().isBetterThanRandom()).isTrue();
    // The measurement is kept, however the embeddings were trained.
    assertThat(found.with(Optional.empty(), 1, true).nested()).isEqualTo(found.nested());
  }

  @Test
  void canonicalCorrelationFindsWhatTwoSidesShareUnderWhatTheyDoNot() {
    float[] shared = latent(POINTS, 6, 0, 7);
    float[] x = turned(with(shared, 6, 3, 8), 9);
    float[] y = turned(with(shared, 6, 3, 10), 9);

    WidthResult result =
        WidthAnalysis.of(x, y, WIDTH, Items.distinct(POINTS), SETTINGS).orElseThrow();

    assertThat(result.quality()).isEqualTo(WidthResult.Quality.RECALL_AT_10);
    Point canonical = at(curve(result, Reduction.CANONICAL_CORRELATION, NumberStorage.FLOAT), 6);
    assertThat(canonical.quality()).isGreaterThan(0.95);
    assertThat(canonical.loss()).isNegative();
    assertThat(at(curve(result, Reduction.JOINT_PCA, NumberStorage.FLOAT), 6).quality())
        .isLessThan(0.5);
  }

  @Test
  void strangersAreFoundByChance() {
    WidthResult result =
        WidthAnalysis.of(
                turned(latent(POINTS, 8, 0.1, 11), 12),
                turned(latent(POINTS, 8, 0.1, 13), 14),
                WIDTH,
                Items.distinct(POINTS),
                SETTINGS)
            .orElseThrow();

    for (Curve curve : result.curves()) {
      assertThat(curve.points()).allMatch(point -> point.quality() < 0.03);
    }
  }

  @Test
  void aWidthThatIsPromisedHoldsForOtherQueries() {
    int held = 0;
    int promised = 0;
    for (int draw = 0; draw < 30; draw++) {
      float[] both = turned(latent(2400, 10, 0.05, 100 + draw), 15);
      int half = both.length / 2;
      WidthSettings settings = new WidthSettings(0.1, draw);
      WidthResult here =
          WidthAnalysis.of(
                  Arrays.copyOf(both, half), NO_SIDE, WIDTH, Items.distinct(1200), settings)
              .orElseThrow();
      WidthResult there =
          WidthAnalysis.of(
                  Arrays.copyOfRange(both, half, 2 * half),
                  NO_SIDE,
                  WIDTH,
                  Items.distinct(1200),
                  settings)
              .orElseThrow();
      Optional<Curve> best = here.best(true);
      if (best.isPresent()) {
        promised++;
        int width = best.get().smallest().orElseThrow().width();
        held +=
            at(curve(there, best.get().reduction(), NumberStorage.FLOAT), width).loss() <= 0.1
                ? 1
                : 0;
      }
    }
    assertThat(promised).isGreaterThan(20);
    assertThat(held).isGreaterThanOrEqualTo((int) Math.floor(0.9 * promised));
  }

  @Test
  void theSameSeedGivesTheSameAndFewTellNothing() {
    float[] x = turned(latent(200, 4, 0.1, 16), 17);
    WidthResult once =
        WidthAnalysis.of(x, NO_SIDE, WIDTH, Items.distinct(200), SETTINGS).orElseThrow();
    assertThat(WidthAnalysis.of(x, NO_SIDE, WIDTH, Items.distinct(200), SETTINGS)).contains(once);
    assertThat(
            WidthAnalysis.of(
                Arrays.copyOf(x, 30 * WIDTH), NO_SIDE, WIDTH, Items.distinct(30), SETTINGS))
        .isEmpty();
  }

  @Test
  void theLargestStandInOrder() {
    assertThat(NestedRetrieval.largest(new float[] {1, 5, 3, 5, 4}, 3)).containsExactly(1, 3, 4);
    assertThat(NestedRetrieval.largest(new float[] {2, 1}, 3)).containsExactly(0, 1);
  }

  private static WidthResult oneSide(float[] x) {
    return WidthAnalysis.of(x, NO_SIDE, WIDTH, Items.distinct(POINTS), SETTINGS).orElseThrow();
  }

  private static Curve curve(WidthResult result, Reduction reduction, NumberStorage storage) {
    return result.curves().stream()
        .filter(curve -> curve.reduction() == reduction && curve.storage() == storage)
        .findFirst()
        .orElseThrow();
  }

  private static Point at(Curve curve, int width) {
    return curve.points().stream()
        .filter(point -> point.width() == width)
        .findFirst()
        .orElseThrow();
  }

  private static Point last(Curve curve) {
    return curve.points().get(curve.points().size() - 1);
  }

  /** Standard normal numbers in the first columns, and noise in all. */
  private static float[] latent(int n, int dimension, double noise, long seed) {
    RandomGenerator random = RandomStream.of(seed, "latent");
    float[] values = new float[n * WIDTH];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          (float)
              ((i % WIDTH < dimension ? random.nextGaussian() : 0) + noise * random.nextGaussian());
    }
    return values;
  }

  /** The same with larger numbers of its own in columns after the first. */
  private static float[] with(float[] values, int first, double scale, long seed) {
    RandomGenerator random = RandomStream.of(seed, "own");
    float[] more = values.clone();
    for (int i = 0; i < more.length; i++) {
      if (i % WIDTH >= first && i % WIDTH < 2 * first) {
        more[i] += (float) (scale * random.nextGaussian());
      }
    }
    return more;
  }

  private static float[] turned(float[] values, long seed) {
    LinearMap turn = Bases.ofOneSide(values, WIDTH, seed).of(Reduction.RANDOM_PROJECTION).x();
    return turn.apply(values);
  }
}
