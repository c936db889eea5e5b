// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fathom.blas.VectorMath;
import dev.fathom.random.RandomStream;
import dev.fathom.testing.EncoderCase;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The rows that are kept, against sorting all. */
class NearestTest {
  @Test
  void theNearestAreThoseThatSortingAllPutsFirst() {
    RandomGenerator random = RandomStream.of(4, "nearest");
    float[] query = EncoderCase.gaussian(5, random);
    float[][] rows = new float[500][];
    Nearest nearest = new Nearest(query, 20);
    for (int i = 0; i < rows.length; i++) {
      // Every row stands there twice.
      rows[i] = i % 2 == 1 ? rows[i - 1] : EncoderCase.gaussian(5, random);
      nearest.add(rows[i]);
    }
    List<Long> expected =
        IntStream.range(0, rows.length)
            .boxed()
            .sorted(
                Comparator.comparingDouble(
                        (Integer i) -> -VectorMath.dot(query, 0, rows[i], 0, query.length))
                    .thenComparing(Comparator.naturalOrder()))
            .limit(20)
            .map(Integer::longValue)
            .toList();

    assertThat(nearest.rows().stream().map(Nearest.Row::number)).isEqualTo(expected);
    assertThat(nearest.seen()).isEqualTo(500);
  }

  @Test
  void fewerRowsThanAreWantedAreAllTold() {
    Nearest nearest = new Nearest(new float[] {1}, 3);
    Arrays.asList(1f, -1f).forEach(value -> nearest.add(new float[] {value}));

    assertThat(nearest.rows()).extracting(Nearest.Row::number).containsExactly(0L, 1L);
  }

  @Test
  void aRowThatIsNoNumberIsNeverTold() {
    Nearest nearest = new Nearest(new float[] {1}, 3);
    Arrays.asList(1f, Float.NaN).forEach(value -> nearest.add(new float[] {value}));

    assertThat(nearest.rows()).extracting(Nearest.Row::number).containsExactly(0L);
  }
}
