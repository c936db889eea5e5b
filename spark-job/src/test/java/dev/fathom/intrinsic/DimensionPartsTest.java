// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fathom.intrinsic.neighbours.NeighbourSearch;
import dev.fathom.intrinsic.points.Clouds;
import dev.fathom.intrinsic.points.Points;
import dev.fathom.intrinsic.points.PreparedPoints;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DimensionPartsTest {
  private static final int WIDTH = 12;

  @ParameterizedTest
  @CsvSource({"2, 10, 1500, 1500", "2, 5, 1500, 1500", "3, 6, 2500, 500", "1, 2, 300, 2700"})
  void tellsPointsOfTwoDimensionsApart(int few, int many, int lower, int higher) {
    Points points = beside(Clouds.uniform(lower, few, 1), Clouds.uniform(higher, many, 2));

    DimensionParts parts = of(points).orElseThrow();

    assertThat(Arrays.stream(parts.lower()).filter(row -> row >= lower).count())
        .isLessThan(higher / 20);
    assertThat(Arrays.stream(parts.higher()).filter(row -> row < lower).count())
        .isLessThan(lower / 20);
  }

  @Test
  void doesNotCutWhatIsOfOneDimension() {
    for (int d : new int[] {1, 2, 3, 5, 10, 20}) {
      for (int n : new int[] {300, 2000}) {
        assertThat(of(Clouds.uniform(n, d, 3))).as("cube of %d", d).isEmpty();
        assertThat(of(Clouds.gaussian(n, d, 4))).as("Gaussian of %d", d).isEmpty();
        assertThat(of(beside(Clouds.gaussian(n, d, 5), scaled(Clouds.uniform(n / 2, d, 6), 1e-3f))))
            .as("a dense cube beside a Gaussian of %d", d)
            .isEmpty();
      }
    }
    assertThat(of(Clouds.curved(2000, 3, 10))).isEmpty();
  }

  @Test
  void doesNotCutWhatWasNotMeasured() {
    assertThat(DimensionParts.of(new double[] {Double.NaN, 2})).isEmpty();
    assertThat(DimensionParts.of(new double[] {3, 3, 3})).isEmpty();
    assertThat(DimensionParts.of(new double[0])).isEmpty();
  }

  private static Optional<DimensionParts> of(Points points) {
    PreparedPoints prepared = PreparedPoints.of(points, 1);
    return DimensionParts.of(
        IntrinsicDimension.pointwise(
            prepared,
            NeighbourSearch.search(prepared.points(), 20),
            new IntrinsicSettings(20, 10, 1)));
  }

  private static Points scaled(Points points, float scale) {
    float[] values = new float[points.count() * points.dimension()];
    for (int i = 0; i < values.length; i++) {
      values[i] = scale * points.value(i / points.dimension(), i % points.dimension());
    }
    return Points.of(values, points.count(), points.dimension());
  }

  /** Two clouds far from each other. */
  private static Points beside(Points first, Points second) {
    int width = Math.max(WIDTH, Math.max(first.dimension(), second.dimension()) + 1);
    float[] values = new float[(first.count() + second.count()) * width];
    for (int i = 0; i < first.count() + second.count(); i++) {
      Points cloud = i < first.count() ? first : second;
      int row = i < first.count() ? i : i - first.count();
      for (int c = 0; c < cloud.dimension(); c++) {
        values[i * width + c] = cloud.value(row, c);
      }
      values[i * width + width - 1] = cloud == first ? 0 : 50;
    }
    return Points.of(values, first.count() + second.count(), width);
  }
}
