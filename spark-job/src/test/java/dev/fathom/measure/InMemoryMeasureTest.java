// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fathom.evaluate.Items;
import dev.fathom.intrinsic.DimensionResult;
import dev.fathom.intrinsic.SharedDimension;
import dev.fathom.measure.InMemoryMeasure.Origin;
import dev.fathom.model.SimilarityKind;
import dev.fathom.random.RandomStream;
import dev.fathom.settings.Settings;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class InMemoryMeasureTest {
  private static final int PAIRS = 400;
  private static final int WIDTH = 3;
  private static final MeasureSettings SETTINGS = MeasureSettings.of(Settings.defaults());

  @Test
  void pairsThatBelongTogetherShareADimension() {
    float[] x = gaussian("x");

    MeasureResult result = measure(x, x.clone(), new Origin(Optional.of(3), Optional.empty()));

    assertThat(result.nothingShared()).isFalse();
    assertThat(result.shared()).isPresent();
    assertThat(result.retrieval().orElseThrow().topShare()).isEqualTo(1);
    assertThat(result.agreement().orElseThrow().alignment()).isZero();
    assertThat(result.known()).contains(3);
    assertThat(result.width().orElseThrow().current()).isEqualTo(WIDTH);
    assertThat(result.points()).isEqualTo(PAIRS);
  }

  @Test
  void aMixtureOfDimensionsIsToldByItsPartsAndLabels() {
    int width = 11;
    int half = 1000;
    RandomGenerator random = RandomStream.of(1, "mixture");
    float[] x = new float[2 * half * width];
    List<String> labels = new ArrayList<>();
    for (int i = 0; i < 2 * half; i++) {
      int dimension = i < half ? 2 : 10;
      labels.add(i < half ? "plain" : "rich");
      for (int c = 0; c < dimension; c++) {
        x[i * width + c] = random.nextFloat();
      }
      x[i * width + width - 1] = i < half ? 0 : 20;
    }

    MeasureResult result =
        InMemoryMeasure.of(
            new EmbeddedPairs(
                x, width, new float[0], 0, labels, Items.distinct(labels.size()), Centres.NONE),
            Origin.UNKNOWN,
            SETTINGS);

    PointwiseDimension spread = result.pointwise().get(0);
    assertThat(spread.side()).isEqualTo("x");
    assertThat(spread.p5()).isEqualTo(2, within(0.4));
    assertThat(spread.p95()).isGreaterThan(7);
    assertThat(spread.parts()).hasSize(2);
    assertThat(spread.parts().get(0).share()).isEqualTo(0.5, within(0.02));
    assertThat(spread.parts().get(0).dimension().estimate()).isEqualTo(2, within(0.2));
    assertThat(spread.parts().get(1).dimension().estimate()).isEqualTo(10, within(1.0));
    assertThat(result.labels().get("plain").x().orElseThrow()).isEqualTo(2, within(0.2));
    assertThat(result.labels().get("rich").x().orElseThrow()).isGreaterThan(7);
  }

  @Test
  void strangersShareNothing() {
    MeasureResult result = measure(gaussian("x"), gaussian("y"), Origin.UNKNOWN);

    assertThat(result.nothingShared()).isTrue();
    assertThat(result.shared()).isEmpty();
    assertThat(result.width()).isEmpty();
  }

  @Test
  void whatSidesOfTwoBasesShareIsToldFromWhatIsTheirOwn() {
    MeasureResult result = measureBases(true);

    SharedDimension shared = result.shared().orElseThrow();
    assertThat(result.retrieval().isEmpty()).isTrue();
    assertThat(result.nothingShared()).isFalse();
    assertThat(result.evidence().orElseThrow().verdict())
        .isEqualTo(SharedEvidence.Verdict.OWN_PARTS);
    assertThat(result.evidence().orElseThrow().linear().above()).isEqualTo(3);
    assertThat(shared.estimate()).isEqualTo(3, within(0.2));
    assertThat(shared.linearPart()).isTrue();
  }

  @Test
  void sidesOfTwoWidthsThatAreNotPairedShareNothing() {
    MeasureResult result = measureBases(false);

    assertThat(result.nothingShared()).isTrue();
    assertThat(result.shared()).isEmpty();
    assertThat(result.evidence().orElseThrow().linear().above()).isZero();
  }

  /** Sides of 12 and 10 columns that share 3 dimensions and have 3 each of their own. */
  private static MeasureResult measureBases(boolean paired) {
    int n = 1000;
    double[] shared = RandomStream.of(1, "shared").doubles(3L * n, -1, 1).toArray();
    double[] others = RandomStream.of(1, "others").doubles(3L * n, -1, 1).toArray();
    return InMemoryMeasure.of(
        new EmbeddedPairs(
            side(shared, n, 12, 1),
            12,
            side(paired ? shared : others, n, 10, 2),
            10,
            Collections.nCopies(n, ""),
            Items.distinct(n),
            Centres.NONE),
        Origin.UNKNOWN,
        SETTINGS);
  }

  private static float[] side(double[] shared, int n, int width, long seed) {
    RandomGenerator random = RandomStream.of(seed, "side");
    double[] axes = random.doubles(6L * width, -1, 1).toArray();
    float[] values = new float[n * width];
    for (int i = 0; i < n; i++) {
      double[] own = random.doubles(3, -1, 1).toArray();
      for (int c = 0; c < width; c++) {
        double sum = 0;
        for (int k = 0; k < 3; k++) {
          sum += shared[3 * i + k] * axes[k * width + c] + own[k] * axes[(3 + k) * width + c];
        }
        values[i * width + c] = (float) sum;
      }
    }
    return values;
  }

  @Test
  void embeddingsOfAnotherOriginAreComparedByCosine() {
    float[] x = gaussian("x");
    float[] y = x.clone();
    // A few are so long that they would be the first by the inner product, whoever asks.
    for (int i = 0; i < 4 * WIDTH; i++) {
      y[i] *= 100;
    }

    MeasureResult foreign = measure(x, y, Origin.UNKNOWN);
    MeasureResult own =
        measure(x, y, new Origin(Optional.empty(), Optional.of(SimilarityKind.POPULATION_NORM)));

    assertThat(foreign.retrieval().orElseThrow().xToY().recallAt1()).isEqualTo(1);
    assertThat(own.retrieval().orElseThrow().xToY().recallAt1()).isLessThan(0.5);
  }

  @Test
  void everyNestedWidthIsMeasuredAsAnEmbeddingOfItsOwn() {
    float[] x = gaussian("x");
    float[] y = x.clone();
    for (int i = 0; i < PAIRS; i++) {
      y[i * WIDTH + 1] += 0.3f * y[i * WIDTH + 2];
    }
    x[0] = Float.NaN;
    Optional<SimilarityKind> cosine = Optional.of(SimilarityKind.COSINE);

    MeasureResult result = measure(x, y, new Origin(Optional.empty(), cosine, List.of(2, WIDTH)));

    MeasureResult first =
        measure(unitPrefix(x), unitPrefix(y), new Origin(Optional.empty(), cosine));
    assertThat(result.nested()).extracting(NestedWidth::width).containsExactly(2, WIDTH);
    NestedWidth two = result.nested().get(0);
    assertThat(two.retrieval()).isEqualTo(first.retrieval());
    assertThat(two.retrieval().orElseThrow().xToY().recallAt1()).isBetween(0.01, 0.99);
    assertThat(two.shared()).isEqualTo(first.shared()).isPresent();
    assertThat(two.bytes()).isEqualTo(8);
    assertThat(result.nested().get(1).retrieval()).isEqualTo(result.retrieval());
    assertThat(result.nested().get(1).shared()).isEqualTo(result.shared());
    assertThat(measure(x, y, Origin.UNKNOWN).nested()).isEmpty();
  }

  private static float[] unitPrefix(float[] values) {
    float[] prefix = new float[PAIRS * 2];
    for (int i = 0; i < PAIRS; i++) {
      float a = values[i * WIDTH];
      float b = values[i * WIDTH + 1];
      float length = (float) Math.sqrt((double) a * a + (double) b * b);
      prefix[2 * i] = a / length;
      prefix[2 * i + 1] = b / length;
    }
    return prefix;
  }

  @Test
  void aSideThatIsOnePointIsRefused() {
    MeasureResult result = measure(gaussian("x"), new float[PAIRS * WIDTH], Origin.UNKNOWN);

    assertThat(result.x()).isInstanceOf(DimensionResult.Measured.class);
    assertThat(result.y().orElseThrow()).isInstanceOf(DimensionResult.Refused.class);
    assertThat(result.shared()).isEmpty();
  }

  @Test
  void everyLabelHasADimensionOfEachSideThatWasMeasured() {
    float[] x = gaussian("x");
    float[] y = x.clone();
    // Of the rare label no y is measured.
    for (int i = 0; i < PAIRS; i += 100) {
      y[i * WIDTH] = Float.NaN;
    }

    MeasureResult result = measure(x, y, Origin.UNKNOWN);

    assertThat(result.labels().keySet()).containsExactly("common", "rare");
    LabelDimension common = result.labels().get("common");
    assertThat(common.points()).isEqualTo(PAIRS - 4);
    assertThat(common.x().orElseThrow()).isEqualTo(WIDTH, within(1.0));
    assertThat(common.y()).isPresent();
    assertThat(result.labels().get("rare").points()).isEqualTo(4);
    assertThat(result.labels().get("rare").x()).isPresent();
    assertThat(result.labels().get("rare").y()).isEmpty();
  }

  private static MeasureResult measure(float[] x, float[] y, Origin origin) {
    List<String> labels = new ArrayList<>();
    for (int i = 0; i < PAIRS; i++) {
      labels.add(i % 100 == 0 ? "rare" : "common");
    }
    return InMemoryMeasure.of(EmbeddedPairs.of(x, y, x.length / PAIRS, labels), origin, SETTINGS);
  }

  private static float[] gaussian(String name) {
    RandomGenerator random = RandomStream.of(1, name);
    float[] values = new float[PAIRS * WIDTH];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
