// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class ContrastiveEvaluatorTest {

  @Test
  void theSmallestWidthIsThatWhichTheBestDoesNotBeatByAStandardError() {
    int[] widths = {32, 16, 8};

    // The standard error of 0.5 is 0.05 with 100 pairs and 0.005 with 10,000.
    double[] recalls = {0.5, 0.46, 0.4};

    assertThat(ContrastiveEvaluator.smallestWidth(recalls, widths, 100)).isEqualTo(16);
    assertThat(ContrastiveEvaluator.smallestWidth(recalls, widths, 10_000)).isEqualTo(32);
  }

  @Test
  void ofRecallsThatAreAllTheSameTheSmallestWidthIsEnough() {
    assertThat(ContrastiveEvaluator.smallestWidth(new double[] {1, 1}, new int[] {8, 4}, 50))
        .isEqualTo(4);
  }

  @Test
  void recallsOfOtherWidthsAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ContrastiveEvaluator.smallestWidth(new double[1], new int[2], 10))
        .withMessage("1 recalls of 2 widths");
  }
}
