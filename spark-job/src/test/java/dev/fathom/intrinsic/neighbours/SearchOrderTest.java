// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic.neighbours;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fathom.intrinsic.points.Clouds;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SearchOrderTest {
  private static final int POINTS = 2000;

  private final SearchSpace space = SearchSpace.of(Clouds.gaussian(POINTS, 3, 1));

  @Test
  void everyPointStandsInOneLeafOfAtMostItsSize() {
    SearchOrder order = SearchOrder.of(space, POINTS, 3);

    assertThat(Arrays.stream(order.rows()).sorted())
        .containsExactlyElementsOf(IntStream.range(0, POINTS).boxed().toList());
    for (int leaf = 0; leaf < order.leafCount(); leaf++) {
      assertThat(order.leaves()[leaf + 1] - order.leaves()[leaf]).isBetween(1, SearchOrder.LEAF);
    }
    assertThat(order.leaves()[order.leafCount()]).isEqualTo(POINTS);
  }

  @Test
  void rangesHaveAboutAsManyLeaves() {
    SearchOrder order = SearchOrder.of(space, POINTS, 3);

    assertThat(order.rangeCount()).isEqualTo(3);
    for (int range = 0; range < 3; range++) {
      assertThat(order.ranges()[range + 1] - order.ranges()[range])
          .isBetween(order.leafCount() / 3, order.leafCount() / 3 + 1);
      assertThat(order.rangeOf(order.firstRow(range))).isEqualTo(range);
      assertThat(order.rangeOf(order.firstRow(range + 1) - 1)).isEqualTo(range);
    }
  }

  @Test
  void thereAreNoMoreRangesThanLeaves() {
    assertThat(SearchOrder.of(space, POINTS, 1000).rangeCount())
        .isEqualTo(SearchOrder.of(space, POINTS, 1).leafCount());
  }
}
