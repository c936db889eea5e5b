// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.contrastive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fathom.blas.VectorMath;
import dev.fathom.random.RandomStream;
import dev.fathom.testing.InfoNceReference;
import dev.fathom.testing.WholeBatch;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InfoNceTest {
  private final RandomGenerator random = RandomStream.of(3, "loss test");

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1",
    "2, 1, 0.5",
    "7, 3, 10",
    "16, 5, 0.07",
    "33, 8, 0.02",
    "64, 16, 0.005",
    "65, 4, 0.005",
    "128, 2, 0.001"
  })
  void lossAndGradientsMeetTheDefinitionInDoublePrecision(
      int batch, int dimension, float temperature) {
    for (double agreement : new double[] {0, 0.9, 1}) {
      float[] u = unit(batch, dimension, null, 0);
      float[] v = unit(batch, dimension, u, agreement);
      InfoNce objective = new InfoNce(batch + 3, dimension);
      float[] gradientU = new float[u.length];
      float[] gradientV = new float[v.length];

      double loss = objective.lossAndGradients(u, v, batch, temperature, gradientU, gradientV);

      InfoNceReference reference = InfoNceReference.of(u, v, batch, temperature);
      assertThat(loss)
          .isCloseTo(reference.loss(), within(1e-5 * Math.max(1, 1 / temperature * 0.01)));
      assertThat(objective.loss(u, v, batch, temperature)).isEqualTo(loss);
      double scale = 1 / (temperature * batch);
      for (int i = 0; i < u.length; i++) {
        assertThat((double) gradientU[i]).isCloseTo(reference.gradientU()[i], within(3e-4 * scale));
        assertThat((double) gradientV[i]).isCloseTo(reference.gradientV()[i], within(3e-4 * scale));
      }
      assertThat(objective.temperatureGradient())
          .isCloseTo(reference.temperatureGradient(), within(3e-4 / temperature));
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 2", "9, 4, 0.5", "33, 8, 14", "64, 16, 200"})
  void theCurveOverTheInverseTemperatureMeetsTheLossAndItsFiniteDifferences(
      int batch, int dimension, double inverse) {
    float[] u = unit(batch, dimension, null, 0);
    float[] v = unit(batch, dimension, u, 0.7);
    InfoNce objective = new InfoNce(batch, dimension);

    Curve curve = objective.curve(u, v, batch, inverse);

    assertThat(curve.loss())
        .isCloseTo(objective.loss(u, v, batch, (float) (1 / inverse)), within(1e-5));
    double step = 1e-2 * inverse;
    double up = InfoNceReference.of(u, v, batch, 1 / (inverse + step)).loss();
    double down = InfoNceReference.of(u, v, batch, 1 / (inverse - step)).loss();
    double here = InfoNceReference.of(u, v, batch, 1 / inverse).loss();
    assertThat(curve.slope()).isCloseTo((up - down) / (2 * step), within(2e-3));
    assertThat(curve.curvature()).isCloseTo((up - 2 * here + down) / (step * step), within(2e-3));
    assertThat(curve.curvature()).isNotNegative();
  }

  @Test
  void gradientsAreFiniteDifferencesOfTheLoss() {
    int batch = 9;
    int dimension = 4;
    float temperature = 0.3f;
    float[] u = unit(batch, dimension, null, 0);
    float[] v = unit(batch, dimension, u, 0.5);
    InfoNce objective = new InfoNce(batch, dimension);
    float[] gradientU = new float[u.length];
    float[] gradientV = new float[v.length];
    objective.lossAndGradients(u, v, batch, temperature, gradientU, gradientV);
    double temperatureGradient = objective.temperatureGradient();

    for (int i = 0; i < u.length; i++) {
      int place = i;
      assertThat((double) gradientU[i])
          .isCloseTo(
              slope(h -> objective.loss(moved(u, place, h), v, batch, temperature)), within(2e-3));
      assertThat((double) gradientV[i])
          .isCloseTo(
              slope(h -> objective.loss(u, moved(v, place, h), batch, temperature)), within(2e-3));
    }
    assertThat(temperatureGradient)
        .isCloseTo(
            slope(h -> objective.loss(u, v, batch, (float) (temperature * Math.exp(h)))),
            within(2e-3));
  }

  @Test
  void chanceIsTheLogarithmOfTheBatch() {
    float[] same = new float[50 * 3];
    Arrays.fill(same, 0.5f);

    assertThat(new InfoNce(50, 3).loss(same, same, 50, 0.01f))
        .isCloseTo(Math.log(50), within(1e-5));
  }

  @ParameterizedTest
  @CsvSource({"5, 3", "12, 1"})
  void similaritiesPassGradientsThroughTheirNorms(int batch, int dimension) {
    for (Similarity similarity : new Similarity[] {new Cosine(), new PopulationNorm(4)}) {
      int sample = similarity.sampleRows();
      float[] output = gaussian((batch + sample) * dimension);
      float[] direction = gaussian(batch * dimension);
      float[] embedding = new float[batch * dimension];
      float[] gradient = new float[output.length];
      WholeBatch.forward(similarity, output, batch, dimension, embedding);

      WholeBatch.backward(similarity, output, batch, embedding, direction, gradient);

      for (int i = 0; i < output.length; i++) {
        int place = i;
        double expected =
            slope(
                h -> {
                  float[] moved = new float[embedding.length];
                  WholeBatch.forward(similarity, moved(output, place, h), batch, dimension, moved);
                  return VectorMath.dot(moved, 0, direction, 0, moved.length);
                });
        assertThat((double) gradient[i])
            .isCloseTo(expected, within(5e-3 * Math.max(1, Math.abs(expected))));
      }
    }
  }

  private interface Function {
    double at(double h);
  }

  private static double slope(Function curve) {
    return (curve.at(1e-3) - curve.at(-1e-3)) / 2e-3;
  }

  private static float[] moved(float[] values, int place, double by) {
    float[] moved = values.clone();
    moved[place] += (float) by;
    return moved;
  }

  private float[] gaussian(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /**
   * Rows of unit length, as near to those of {@code other} as agreement says: 0 not at all, 1 the
   * same.
   */
  private float[] unit(int batch, int dimension, float[] other, double agreement) {
    float[] values = gaussian(batch * dimension);
    for (int i = 0; i < values.length; i++) {
      values[i] =
          (float) ((1 - agreement) * values[i] + (other == null ? 0 : agreement * other[i]));
    }
    new Cosine().embed(values, dimension, 1);
    return values;
  }
}
