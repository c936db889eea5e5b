// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.contrastive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fathom.blas.VectorMath;
import dev.fathom.contrastive.BatchRows.Exchange;
import dev.fathom.random.RandomStream;
import dev.fathom.testing.InfoNceReference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NestedRowsTest {
  private static final int PARTS = 2;
  private static final double STEP = 1e-5;

  private final RandomGenerator random = RandomStream.of(7, "nested test");

  /** What all parts of a batch add up to. */
  private record Total(
      double loss,
      float[] gradientU,
      float[] gradientV,
      double temperatureGradient,
      double biasGradient) {}

  @ParameterizedTest
  @CsvSource({"9, 0.3, 3 8", "12, 0.07, 2 4 7", "33, 0.5, 2 3 5 16", "16, 0.02, 4 6"})
  void partsAddUpToTheMeanOverThePrefixesAndItsFiniteDifferencesInDoublePrecision(
      int batch, float temperature, String written) {
    List<Integer> widths = Arrays.stream(written.split(" ")).map(Integer::valueOf).toList();
    int dimension = widths.get(widths.size() - 1);
    float[] u = unit(batch, dimension);
    float[] v = unit(batch, dimension);

    Total total = total(Objective.INFO_NCE, u, v, batch, new Logits(temperature, 0), widths);

    double[] left = InfoNceReference.doubles(u);
    double[] right = InfoNceReference.doubles(v);
    assertThat(total.loss)
        .isCloseTo(reference(left, right, batch, temperature, widths), within(1e-4));
    for (int i = 0; i < u.length; i++) {
      int place = i;
      double scale = 3e-4 / (temperature * batch);
      assertThat((double) total.gradientU[i])
          .isCloseTo(
              slope(h -> reference(moved(left, place, h), right, batch, temperature, widths)),
              within(scale));
      assertThat((double) total.gradientV[i])
          .isCloseTo(
              slope(h -> reference(left, moved(right, place, h), batch, temperature, widths)),
              within(scale));
    }
    assertThat(total.temperatureGradient)
        .isCloseTo(
            slope(h -> reference(left, right, batch, temperature * Math.exp(h), widths)),
            within(3e-4 / temperature));
  }

  @Test
  void everyObjectiveIsNestedAsTheMeanOverItsOwnPrefixes() {
    int batch = 24;
    List<Integer> widths = List.of(2, 5, 8);
    float[] u = unit(batch, 8);
    float[] v = unit(batch, 8);
    Logits logits = new Logits(0.2f, -2);
    for (Objective objective : Objective.values()) {
      Total total = total(objective, u, v, batch, logits, widths);

      double loss = 0;
      double temperatureGradient = 0;
      double biasGradient = 0;
      for (int width : widths) {
        Total one =
            total(
                objective,
                prefix(u, batch, width),
                prefix(v, batch, width),
                batch,
                logits,
                List.of(width));
        loss += share(width, widths) * one.loss;
        temperatureGradient += share(width, widths) * one.temperatureGradient;
        biasGradient += share(width, widths) * one.biasGradient;
      }
      assertThat(total.loss).as(objective.name()).isCloseTo(loss, within(1e-5));
      assertThat(total.temperatureGradient)
          .as(objective.name())
          .isCloseTo(temperatureGradient, within(1e-5));
      assertThat(total.biasGradient).as(objective.name()).isCloseTo(biasGradient, within(1e-5));
      // A longer embedding of the same direction has the same prefixes.
      for (int i = 0; i < batch; i++) {
        assertThat(VectorMath.dot(total.gradientU, i * 8, u, i * 8, 8)).isCloseTo(0, within(1e-5));
      }
    }
  }

  @Test
  void theCurveOverTheInverseTemperatureIsTheMeanOverThePrefixes() {
    int batch = 33;
    List<Integer> widths = List.of(3, 8);
    float[] u = unit(batch, 8);
    float[] v = unit(batch, 8);
    double inverse = 9;

    List<Curve> parts = new ArrayList<>();
    for (int first = 0; first < batch; first += 20) {
      int rows = Math.min(20, batch - first);
      parts.add(
          Objective.INFO_NCE
              .rows(20, batch, widths)
              .get()
              .curve(u, v, first, rows, batch, inverse));
    }
    Curve curve = Curve.sum(parts);

    double[] left = InfoNceReference.doubles(u);
    double[] right = InfoNceReference.doubles(v);
    DoubleUnaryOperator loss = h -> reference(left, right, batch, 1 / (inverse + h), widths);
    double step = 1e-2;
    double up = loss.applyAsDouble(step);
    double down = loss.applyAsDouble(-step);
    double here = loss.applyAsDouble(0);
    assertThat(curve.loss()).isCloseTo(here, within(1e-5));
    assertThat(curve.slope()).isCloseTo((up - down) / (2 * step), within(1e-4));
    assertThat(curve.curvature()).isCloseTo((up - 2 * here + down) / (step * step), within(1e-4));
  }

  @Test
  void aPrefixWithoutADirectionLeavesFiniteGradients() {
    int batch = 8;
    float[] u = unit(batch, 4);
    u[0] = 0;
    u[1] = 0;

    Total total =
        total(Objective.INFO_NCE, u, unit(batch, 4), batch, new Logits(0.1f, 0), List.of(2, 4));

    assertThat(total.loss).isFinite();
    for (float gradient : total.gradientU) {
      assertThat(gradient).isFinite();
    }
  }

  /** Adds up the parts of instances that each hold some of the rows. */
  private static Total total(
      Objective objective, float[] u, float[] v, int batch, Logits logits, List<Integer> widths) {
    int rows = (batch + PARTS - 1) / PARTS;
    Supplier<BatchRows> maker = objective.rows(rows, batch, widths);
    List<BatchRows> instances = new ArrayList<>();
    for (int first = 0; first < batch; first += rows) {
      BatchRows instance = maker.get();
      instance.begin(u, v, first, Math.min(rows, batch - first), batch);
      instances.add(instance);
    }
    float[][] merged = merged(instances, batch, logits);
    float[] gradientU = new float[u.length];
    float[] gradientV = new float[v.length];
    double loss = 0;
    double temperatureGradient = 0;
    double biasGradient = 0;
    for (BatchRows instance : instances) {
      float[] part = new float[v.length];
      loss += instance.loss(logits, merged);
      temperatureGradient += instance.gradients(u, v, logits, merged, gradientU, part);
      biasGradient += instance.biasGradient();
      for (int i = 0; i < part.length; i++) {
        gradientV[i] += part[i];
      }
    }
    return new Total(loss, gradientU, gradientV, temperatureGradient, biasGradient);
  }

  private static float[][] merged(List<BatchRows> instances, int batch, Logits logits) {
    List<Exchange> exchanges = instances.get(0).exchanges(batch);
    float[][] merged = new float[exchanges.size()][];
    for (int e = 0; e < merged.length; e++) {
      boolean maxima = exchanges.get(e).maxima();
      float[] all = new float[exchanges.get(e).numbers()];
      Arrays.fill(all, maxima ? Float.NEGATIVE_INFINITY : 0);
      for (BatchRows instance : instances) {
        float[] told = maxima ? all : new float[all.length];
        instance.tell(e, logits, merged, told);
        for (int i = 0; i < all.length && !maxima; i++) {
          all[i] += told[i];
        }
      }
      merged[e] = all;
    }
    return merged;
  }

  /** The mean of the losses of all prefixes, weighted by their widths. */
  private static double reference(
      double[] u, double[] v, int batch, double temperature, List<Integer> widths) {
    return widths.stream()
        .mapToDouble(
            width ->
                share(width, widths)
                    * InfoNceReference.of(
                            prefix(u, batch, width), prefix(v, batch, width), batch, temperature)
                        .loss())
        .sum();
  }

  private static double share(int width, List<Integer> widths) {
    return width / (double) widths.stream().mapToInt(Integer::intValue).sum();
  }

  /** The first columns of every row, scaled to unit length. */
  private static double[] prefix(double[] rows, int batch, int width) {
    int dimension = rows.length / batch;
    double[] prefix = new double[batch * width];
    for (int i = 0; i < batch; i++) {
      int from = i * dimension;
      double squares =
          IntStream.range(from, from + width).mapToDouble(c -> rows[c] * rows[c]).sum();
      for (int c = 0; c < width; c++) {
        prefix[i * width + c] = rows[from + c] / Math.sqrt(squares);
      }
    }
    return prefix;
  }

  private static float[] prefix(float[] rows, int batch, int width) {
    double[] prefix = prefix(InfoNceReference.doubles(rows), batch, width);
    float[] rounded = new float[prefix.length];
    for (int i = 0; i < rounded.length; i++) {
      rounded[i] = (float) prefix[i];
    }
    return rounded;
  }

  private static double slope(DoubleUnaryOperator loss) {
    return (loss.applyAsDouble(STEP) - loss.applyAsDouble(-STEP)) / (2 * STEP);
  }

  private static double[] moved(double[] values, int place, double by) {
    double[] moved = values.clone();
    moved[place] += by;
    return moved;
  }

  private float[] unit(int batch, int dimension) {
    float[] values = new float[batch * dimension];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    new Cosine().embed(values, dimension, 1);
    return values;
  }
}
