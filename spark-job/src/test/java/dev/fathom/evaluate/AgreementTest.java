// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;
import static org.assertj.core.data.Percentage.withPercentage;

import org.junit.jupiter.api.Test;

class AgreementTest {

  @Test
  void meetsTheDefinitionsByBruteForce() {
    int n = 700;
    int d = 6;
    float[] x = RetrievalTest.normalised(RetrievalTest.gaussian(n * d, 1), d);
    float[] y = RetrievalTest.plusNoise(x, 0.2, 2);
    Agreement agreement = Agreement.of(PairedEmbeddings.of(x, y, n, d), 1);
    double alignment = 0;
    for (int i = 0; i < n; i++) {
      alignment += squared(x, i, y, i, d) / n;
    }
    assertThat(agreement.alignment()).isCloseTo(alignment, withPercentage(1e-6));
    assertThat(agreement.uniformityX()).isCloseTo(uniformity(x, n, d), offset(1e-5));
    assertThat(agreement.uniformityY()).isCloseTo(uniformity(y, n, d), offset(1e-5));
  }

  @Test
  void seesTheGapBetweenTheSides() {
    float[] x = RetrievalTest.gaussian(500 * 2, 3);
    float[] y = x.clone();
    for (int i = 0; i < y.length; i++) {
      y[i] += i % 2 == 0 ? 3 : 4;
    }
    Agreement agreement = Agreement.of(PairedEmbeddings.of(x, y, 500, 2), 1);
    assertThat(agreement.modalityGap()).isCloseTo(5, withPercentage(1e-4));
    assertThat(agreement.alignment()).isCloseTo(25, withPercentage(1e-4));
    assertThat(agreement.uniformityY()).isCloseTo(agreement.uniformityX(), offset(1e-4));
  }

  @Test
  void callsACollapsedSideNeitherUniformNorSpread() {
    float[] x = new float[300 * 3];
    float[] y = RetrievalTest.gaussian(300 * 3, 4);
    Agreement agreement = Agreement.of(PairedEmbeddings.of(x, y, 300, 3), 1);
    assertThat(agreement.uniformityX()).isZero();
    assertThat(agreement.participationRatioX()).isZero();
    assertThat(agreement.uniformityY()).isNegative();
  }

  @Test
  void countsTheDirectionsThatCarryTheVariance() {
    float[] x = RetrievalTest.gaussian(4000 * 6, 5);
    float[] y = x.clone();
    for (int i = 0; i < y.length; i++) {
      y[i] = i % 6 < 2 ? x[i] : 0;
    }
    Agreement agreement = Agreement.of(PairedEmbeddings.of(x, y, 4000, 6), 1);
    assertThat(agreement.participationRatioX()).isCloseTo(6, offset(0.1));
    assertThat(agreement.participationRatioY()).isCloseTo(2, offset(0.05));
  }

  @Test
  void staysFiniteForLongEmbeddingsAndForOnePair() {
    float[] x = RetrievalTest.gaussian(100 * 4, 6);
    for (int i = 0; i < x.length; i++) {
      x[i] *= 1e6f;
    }
    assertThat(Agreement.of(PairedEmbeddings.of(x, x, 100, 4), 1).uniformityX())
        .isFinite()
        .isLessThan(-1e6);
    Agreement one = Agreement.of(PairedEmbeddings.of(new float[2], new float[2], 1, 2), 1);
    assertThat(one).isEqualTo(new Agreement(0, 0, 0, 0, 0, 0));
  }

  @Test
  void samplesManyPointsBySeed() {
    float[] x = RetrievalTest.normalised(RetrievalTest.gaussian(6000 * 4, 7), 4);
    PairedEmbeddings pairs = PairedEmbeddings.of(x, x, 6000, 4);
    Agreement agreement = Agreement.of(pairs, 1);
    assertThat(Agreement.of(pairs, 1)).isEqualTo(agreement);
    assertThat(agreement.uniformityX()).isCloseTo(uniformity(x, 6000, 4), offset(0.02));
  }

  private static double uniformity(float[] points, int n, int d) {
    double sum = 0;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < i; j++) {
        sum += Math.exp(-2 * squared(points, i, points, j, d));
      }
    }
    return Math.log(sum / (n * (n - 1.0) / 2));
  }

  private static double squared(float[] a, int i, float[] b, int j, int d) {
    double sum = 0;
    for (int c = 0; c < d; c++) {
      double difference = (double) a[i * d + c] - b[j * d + c];
      sum += difference * difference;
    }
    return sum;
  }
}
