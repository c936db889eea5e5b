// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.measure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fathom.evaluate.Items;
import java.util.List;
import org.junit.jupiter.api.Test;

class EmbeddedPairsTest {
  @Test
  void aPairWithASideThatIsNotFiniteIsLeftOutOfBoth() {
    EmbeddedPairs pairs =
        EmbeddedPairs.of(
            new float[] {1, 2, Float.NaN, 4, 5, 6},
            new float[] {7, 8, 9, 10, 11, Float.POSITIVE_INFINITY},
            2,
            List.of("a", "b", "c"));

    EmbeddedPairs finite = pairs.finite();

    assertThat(pairs.finiteRows()).containsExactly(0);
    assertThat(finite.x()).containsExactly(1, 2);
    assertThat(finite.y()).containsExactly(7, 8);
    assertThat(finite.labels()).containsExactly("a");
  }

  @Test
  void pairsThatAreAllFiniteStayAsTheyAre() {
    EmbeddedPairs pairs = EmbeddedPairs.of(new float[2], new float[2], 1, List.of("a", "b"));

    assertThat(pairs.finite()).isSameAs(pairs);
  }

  @Test
  void oneSideHasNothingToBeComparedWith() {
    EmbeddedPairs one =
        new EmbeddedPairs(
            new float[6], 3, new float[0], 0, List.of("a", "b"), Items.distinct(2), Centres.NONE);

    assertThat(one.comparable()).isFalse();
    assertThat(one.pointsY()).isEmpty();
    assertThat(one.pointsX().dimension()).isEqualTo(3);
  }

  @Test
  void labelsAreCompleteWhereEveryPairHasOne() {
    float[] side = new float[2];

    assertThat(EmbeddedPairs.of(side, side, 1, List.of("a", "b")).completeLabels())
        .containsExactly("a", "b");
    assertThat(EmbeddedPairs.of(side, side, 1, List.of("a", "")).completeLabels()).isEmpty();
  }
}
