// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic.neighbours;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PartialNeighboursTest {
  @Test
  void theNearestAreKeptAndTiesGoToTheSmallerIndex() {
    PartialNeighbours neighbours = new PartialNeighbours(10, 1, 2);
    neighbours.offer(10, 4, 3);
    neighbours.offer(10, 1, 7);
    neighbours.offer(10, 1, 5);
    neighbours.offer(10, 9, 1);

    int[] indices = new int[2];
    double[] distances = new double[2];
    neighbours.copyTo(new int[11], indices, distances);

    assertThat(indices).containsExactly(5, 7);
    assertThat(distances).containsExactly(1, 1);
    assertThat(neighbours.worst(10)).isEqualTo(1);
  }

  @Test
  void beyondABoundNothingIsLetIn() {
    PartialNeighbours neighbours = new PartialNeighbours(0, 1, 2);
    neighbours.bound(new double[] {2});

    neighbours.offer(0, 3, 1);
    assertThat(neighbours.worst(0)).isEqualTo(2);
    neighbours.offer(0, 1, 1);
    neighbours.offer(0, 1.5, 2);
    assertThat(neighbours.worst(0)).isEqualTo(1.5);
  }

  @Test
  void whatTwoPartsKnowIsMergedInAnyOrder() {
    assertThat(left().merge(right())).usingRecursiveComparison().isEqualTo(right().merge(left()));
    assertThat(left().merge(right()).worst(0)).isEqualTo(2);
  }

  @Test
  void anotherRangeIsNotMerged() {
    PartialNeighbours other = new PartialNeighbours(1, 1, 2);

    assertThatThrownBy(() -> left().merge(other))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("from 1");
  }

  private static PartialNeighbours left() {
    PartialNeighbours neighbours = new PartialNeighbours(0, 1, 2);
    neighbours.offer(0, 1, 1);
    neighbours.offer(0, 5, 2);
    return neighbours;
  }

  private static PartialNeighbours right() {
    PartialNeighbours neighbours = new PartialNeighbours(0, 1, 2);
    neighbours.offer(0, 2, 3);
    return neighbours;
  }
}
