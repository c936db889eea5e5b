// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.contrastive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fathom.random.RandomStream;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SigmoidRowsTest {
  private static final float[][] NOTHING = {};
  private final RandomGenerator random = RandomStream.of(5, "sigmoid test");

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, 0",
    "2, 1, 0.5, -1",
    "7, 3, 10, 2",
    "33, 8, 0.07, -3.5",
    "64, 16, 0.005, -4",
    "1500, 4, 0.1, -10"
  })
  void partsAddUpToTheDefinitionInDoublePrecision(
      int batch, int dimension, float temperature, float bias) {
    float[] u = unit(batch, dimension);
    float[] v = unit(batch, dimension);
    float[] gradientU = new float[u.length];
    double[] gradientV = new double[v.length];
    double loss = 0;
    double temperatureGradient = 0;
    double biasGradient = 0;
    Logits logits = new Logits(temperature, bias);
    int half = (batch + 1) / 2;
    for (int first = 0; first < batch; first += half) {
      BatchRows rows = Objective.SIGMOID.rows(half, batch, dimension);
      rows.begin(u, v, first, Math.min(half, batch - first), batch);
      float[] part = new float[v.length];
      loss += rows.loss(logits, NOTHING);
      temperatureGradient += rows.gradients(u, v, logits, NOTHING, gradientU, part);
      biasGradient += rows.biasGradient();
      for (int i = 0; i < part.length; i++) {
        gradientV[i] += part[i];
      }
    }

    double expectedLoss = 0;
    double expectedTemperature = 0;
    double expectedBias = 0;
    double[] expectedU = new double[u.length];
    double[] expectedV = new double[v.length];
    for (int i = 0; i < batch; i++) {
      for (int j = 0; j < batch; j++) {
        double s = 0;
        for (int c = 0; c < dimension; c++) {
          s += (double) u[i * dimension + c] * v[j * dimension + c];
        }
        double logit = s / temperature + bias;
        double z = i == j ? 1 : -1;
        double wrong = -z * logit;
        expectedLoss += (Math.max(wrong, 0) + Math.log1p(Math.exp(-Math.abs(wrong)))) / batch;
        double g = -z / (1 + Math.exp(z * logit)) / batch;
        expectedBias += g;
        expectedTemperature -= g * s / temperature;
        for (int c = 0; c < dimension; c++) {
          expectedU[i * dimension + c] += g * v[j * dimension + c] / temperature;
          expectedV[j * dimension + c] += g * u[i * dimension + c] / temperature;
        }
      }
    }
    assertThat(loss).isCloseTo(expectedLoss, within(1e-5 * Math.max(1, expectedLoss)));
    assertThat(biasGradient).isCloseTo(expectedBias, within(2e-5));
    assertThat(temperatureGradient).isCloseTo(expectedTemperature, within(3e-4 / temperature));
    double scale = 3e-4 / (temperature * batch);
    for (int i = 0; i < u.length; i++) {
      assertThat((double) gradientU[i]).isCloseTo(expectedU[i], within(scale));
      assertThat(gradientV[i]).isCloseTo(expectedV[i], within(scale));
    }
  }

  @Test
  void itBeginsNearChanceWhereSimilaritiesTellNothing() {
    int batch = 256;
    BatchRows rows = Objective.SIGMOID.rows(batch, batch, 2);
    rows.begin(new float[2 * batch], new float[2 * batch], 0, batch, batch);

    double loss =
        rows.loss(new Logits(0.07f, (float) Objective.SIGMOID.initialBias(batch)), NOTHING);

    assertThat(loss).isCloseTo(Objective.SIGMOID.chance(batch), within(1e-4));
  }

  private float[] unit(int rows, int dimension) {
    float[] values = new float[rows * dimension];
    for (int i = 0; i < rows; i++) {
      double length = 0;
      for (int c = 0; c < dimension; c++) {
        values[i * dimension + c] = (float) random.nextGaussian();
        length += (double) values[i * dimension + c] * values[i * dimension + c];
      }
      for (int c = 0; c < dimension; c++) {
        values[i * dimension + c] /= (float) Math.sqrt(length);
      }
    }
    return values;
  }
}
