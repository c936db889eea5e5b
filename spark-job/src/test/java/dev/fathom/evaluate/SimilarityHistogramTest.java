// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SimilarityHistogramTest {
  @Test
  void matchingAndMismatchedPairsAreCountedApart() {
    float[] x = {1, 0, 0, 1, -1, 0};

    SimilarityHistogram histogram = SimilarityHistogram.of(PairedEmbeddings.of(x, x.clone(), 3, 2));

    assertThat(histogram.low()).isEqualTo(-1);
    assertThat(histogram.high()).isEqualTo(1);
    // Every vector with itself is in the last bin; 1·2 products of −1 and four of 0 are elsewhere.
    assertThat(histogram.matching()[histogram.matching().length - 1]).isEqualTo(3);
    assertThat(histogram.mismatched()[0]).isEqualTo(2);
    assertThat(histogram.mismatched()[histogram.mismatched().length / 2]).isEqualTo(4);
    assertThat(Arrays.stream(histogram.mismatched()).sum()).isEqualTo(6);
  }

  @Test
  void aCollapsedModelAndALonePairFallIntoOneBin() {
    SimilarityHistogram collapsed =
        SimilarityHistogram.of(PairedEmbeddings.of(new float[] {1, 1}, new float[] {1, 1}, 2, 1));
    SimilarityHistogram lone =
        SimilarityHistogram.of(PairedEmbeddings.of(new float[] {2}, new float[] {1}, 1, 1));

    assertThat(collapsed.matching()[0]).isEqualTo(2);
    assertThat(collapsed.mismatched()[0]).isEqualTo(2);
    assertThat(lone.matching()[0]).isEqualTo(1);
    assertThat(Arrays.stream(lone.mismatched()).sum()).isZero();
  }
}
