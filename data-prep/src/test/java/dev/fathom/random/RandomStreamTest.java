// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RandomStreamTest {

  /** Other numbers would change every split, batch and parameter of an earlier seed. */
  @Test
  void aSeedGivesTheNumbersThatItAlwaysGave() {
    assertThat(RandomStream.hash(0, "")).isEqualTo(-5855150139360134068L);
    assertThat(RandomStream.hash(7, "order")).isEqualTo(9171799542684665468L);
    assertThat(RandomStream.hash(7, "order", 0)).isEqualTo(-4342959325765900684L);
    assertThat(RandomStream.hash(7, "order", 1, 2)).isEqualTo(-3212235848314049235L);
    assertThat(RandomStream.hash(-1, "ä", -1)).isEqualTo(-5500105765573278060L);
    assertThat(RandomStream.uniform(7, "split", "a.png")).isEqualTo(0.6783823820501738);
  }

  @Test
  void whatIsDrawnAgainIsTheSame() {
    assertThat(RandomStream.of(7, "order", 1).ints(8).toArray())
        .isEqualTo(RandomStream.of(7, "order", 1).ints(8).toArray())
        .isNotEqualTo(RandomStream.of(7, "order", 2).ints(8).toArray())
        .isNotEqualTo(RandomStream.of(7, "other", 1).ints(8).toArray())
        .isNotEqualTo(RandomStream.of(8, "order", 1).ints(8).toArray());
  }

  @Test
  void neighbouringIndicesAreIndependent() {
    int ones = 0;
    for (int i = 0; i < 10_000; i++) {
      ones +=
          Long.bitCount(RandomStream.hash(7, "order", i) ^ RandomStream.hash(7, "order", i + 1));
    }
    // Half of 64 bits, with a standard error of 0.04.
    assertThat(ones / 10_000.0).isCloseTo(32, within(0.2));
  }

  @Test
  void sharesAreUniform() {
    double[] shares =
        IntStream.range(0, 10_000)
            .mapToDouble(i -> RandomStream.uniform(7, "split", "key" + i))
            .sorted()
            .toArray();
    assertThat(shares[0]).isNotNegative();
    for (int i = 0; i < shares.length; i++) {
      // Kolmogorov's distance, beyond which one of 10,000 samples lies.
      assertThat(shares[i]).isCloseTo((i + 0.5) / shares.length, within(0.0223));
    }
    assertThat(shares[shares.length - 1]).isLessThan(1);
  }

  @Test
  void shufflingKeepsAllAndTheRest() {
    int[] values = IntStream.range(0, 100).toArray();

    RandomStream.shuffle(values, 90, RandomStream.of(7, "order"));

    assertThat(Arrays.copyOf(values, 90)).isNotEqualTo(IntStream.range(0, 90).toArray());
    assertThat(Arrays.stream(values, 0, 90).sorted().toArray())
        .isEqualTo(IntStream.range(0, 90).toArray());
    assertThat(Arrays.copyOfRange(values, 90, 100)).isEqualTo(IntStream.range(90, 100).toArray());
  }
}
