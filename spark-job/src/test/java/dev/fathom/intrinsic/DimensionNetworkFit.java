// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

import dev.fathom.intrinsic.DimensionNetwork.Layer;
import dev.fathom.intrinsic.neighbours.NeighbourSearch;
import dev.fathom.intrinsic.points.Points;
import dev.fathom.intrinsic.points.PreparedPoints;
import dev.fathom.intrinsic.points.ReferenceClouds;
import dev.fathom.random.RandomStream;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.commons.math3.stat.descriptive.DescriptiveStatistics;
import org.junit.jupiter.api.Test;

/**
 * Trains the networks of {@link DimensionNetwork} on {@link ReferenceClouds} and writes their file,
 * within the hour. Not among the tests that a build runs: {@code -Dtest=DimensionNetworkFit} names
 * it.
 */
class DimensionNetworkFit {
  private static final Path FILE =
      Path.of("src/main/resources/dev/fathom/intrinsic/dimension-network.bin");
  private static final int CLOUDS = 12_000;

  /** One cloud in so many is kept from the networks, and tells how good they are. */
  private static final int HELD_OUT = 8;

  private static final int NETWORKS = 5;
  private static final int[] HIDDEN = {64, 32};
  private static final int EPOCHS = 120;
  private static final int BATCH = 128;
  private static final double RATE = 2e-3;
  private static final double DECAY = 1e-2;
  private static final double COVERED = 0.9;

  /** The figures of a cloud, and log d − b. */
  private record Example(double[] figures, double target) {}

  @Test
  void networks() throws IOException {
    fit(
        LongStream.range(0, CLOUDS)
            .parallel()
            .mapToObj(DimensionNetworkFit::example)
            .flatMap(Optional::stream)
            .filter(example -> Double.isFinite(example.target))
            .toList());
  }

  private static void fit(List<Example> all) throws IOException {
    List<Example> seen = new ArrayList<>();
    List<Example> heldOut = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      (i % HELD_OUT == 0 ? heldOut : seen).add(all.get(i));
    }
    int figures = all.get(0).figures.length;
    DescriptiveStatistics[] columns = new DescriptiveStatistics[figures];
    Arrays.setAll(
        columns,
        c ->
            new DescriptiveStatistics(
                seen.stream().mapToDouble(e -> e.figures[c]).filter(Double::isFinite).toArray()));
    double[] means = floats(Arrays.stream(columns).mapToDouble(c -> c.getMean()).toArray());
    double[] deviations =
        floats(Arrays.stream(columns).mapToDouble(c -> c.getStandardDeviation()).toArray());
    DimensionNetwork scale = new DimensionNetwork(means, deviations, List.of(), 0);
    List<Example> standardised =
        seen.stream().map(e -> new Example(scale.standardised(e.figures), e.target)).toList();
    List<Layer[]> networks =
        IntStream.range(0, NETWORKS)
            .parallel()
            .mapToObj(seed -> new Fit(figures, seed).train(standardised))
            .toList();
    DimensionNetwork unwidened = new DimensionNetwork(means, deviations, networks, 0);
    double[] missed =
        heldOut.stream()
            .mapToDouble(
                e -> {
                  double[] q = unwidened.quantiles(e.figures);
                  double log = e.target + e.figures[0];
                  return Math.max(Math.log(q[0]) - log, log - Math.log(q[2]));
                })
            .sorted()
            .toArray();
    float margin = (float) Math.max(0, missed[(int) Math.ceil(COVERED * missed.length) - 1]);
    write(means, deviations, networks, margin);
    print(
        "held out %d: margin %.3f, mean error %.1f %%",
        heldOut.size(), margin, 100 * error(unwidened, heldOut));
  }

  private static Optional<Example> example(long number) {
    ReferenceClouds.Drawn drawn = ReferenceClouds.draw(number);
    PreparedPoints prepared = PreparedPoints.of(drawn.points(), IntrinsicSettings.DEFAULT.seed());
    Points points = prepared.points();
    if (points.count() <= CloudFigures.NEIGHBOURS) {
      return Optional.empty();
    }
    Cloud cloud = Cloud.of(points, NeighbourSearch.search(points, CloudFigures.NEIGHBOURS), number);
    return CloudFigures.of(cloud)
        .map(figures -> new Example(figures, Math.log(drawn.dimension()) - figures[0]));
  }

  private static double error(DimensionNetwork network, List<Example> examples) {
    return examples.stream()
        .mapToDouble(
            e -> Math.abs(network.quantiles(e.figures)[1] / Math.exp(e.target + e.figures[0]) - 1))
        .average()
        .getAsDouble();
  }

  private static void write(
      double[] means, double[] deviations, List<Layer[]> networks, float margin)
      throws IOException {
    try (DataOutputStream out =
        new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(FILE)))) {
      write(out, means);
      write(out, deviations);
      out.writeFloat(margin);
      out.writeInt(networks.size());
      for (Layer[] network : networks) {
        out.writeInt(network.length);
        for (Layer layer : network) {
          write(out, layer.weights());
          write(out, layer.biases());
        }
      }
    }
  }

  private static void write(DataOutputStream out, double[] values) throws IOException {
    out.writeInt(values.length);
    for (double value : values) {
      out.writeFloat((float) value);
    }
  }

  private static double[] floats(double[] values) {
    return Arrays.stream(values).map(v -> (float) v).toArray();
  }

  @SuppressWarnings("SystemOut")
  private static void print(String format, Object... values) {
    System.out.println(String.format(Locale.ROOT, format, values));
  }

  /** The training of one network by the pinball loss of its quantiles, with Adam. */
  private static final class Fit {
    private static final double FIRST_MOMENT = 0.9;
    private static final double SECOND_MOMENT = 0.999;

    private final RandomGenerator random;
    private final int[] widths;
    private final double[][] weights;
    private final double[][] gradients;
    private final double[][] first;
    private final double[][] second;
    private final double[][] values;
    private final double[][] errors;

    Fit(int figures, int seed) {
      random = RandomStream.of(seed, "dimension network");
      widths = new int[] {figures, HIDDEN[0], HIDDEN[1], DimensionNetwork.QUANTILES.size()};
      int layers = widths.length - 1;
      weights = new double[layers][];
      gradients = new double[layers][];
      first = new double[layers][];
      second = new double[layers][];
      values = new double[widths.length][];
      errors = new double[widths.length][];
      for (int l = 0; l < widths.length; l++) {
        values[l] = new double[widths[l]];
        errors[l] = new double[widths[l]];
      }
      for (int l = 0; l < layers; l++) {
        // Each output has a row of weights, and its bias at the end.
        int size = widths[l + 1] * (widths[l] + 1);
        double deviation = Math.sqrt(2.0 / widths[l]);
        int row = widths[l] + 1;
        weights[l] = new double[size];
        Arrays.setAll(weights[l], i -> i % row == row - 1 ? 0 : deviation * random.nextGaussian());
        gradients[l] = new double[size];
        first[l] = new double[size];
        second[l] = new double[size];
      }
    }

    Layer[] train(List<Example> examples) {
      int[] order = IntStream.range(0, examples.size()).toArray();
      int steps = EPOCHS * (examples.size() / BATCH);
      int step = 0;
      for (int epoch = 0; epoch < EPOCHS; epoch++) {
        RandomStream.shuffle(order, order.length, random);
        for (int from = 0; from + BATCH <= order.length; from += BATCH) {
          for (double[] gradient : gradients) {
            Arrays.fill(gradient, 0);
          }
          for (int i = from; i < from + BATCH; i++) {
            learn(examples.get(order[i]));
          }
          step++;
          update(step, RATE * (1 + Math.cos(Math.PI * step / steps)) / 2);
        }
      }
      Layer[] layers = new Layer[weights.length];
      for (int l = 0; l < layers.length; l++) {
        layers[l] = layer(l);
      }
      return layers;
    }

    private void learn(Example example) {
      values[0] = example.figures;
      int layers = weights.length;
      for (int l = 0; l < layers; l++) {
        int row = widths[l] + 1;
        for (int o = 0; o < widths[l + 1]; o++) {
          double sum = weights[l][o * row + widths[l]];
          for (int i = 0; i < widths[l]; i++) {
            sum += weights[l][o * row + i] * values[l][i];
          }
          values[l + 1][o] = l < layers - 1 ? Math.max(0, sum) : sum;
        }
      }
      for (int q = 0; q < widths[layers]; q++) {
        double level = DimensionNetwork.QUANTILES.get(q) / 100.0;
        errors[layers][q] = values[layers][q] > example.target ? 1 - level : -level;
      }
      for (int l = layers - 1; l >= 0; l--) {
        int row = widths[l] + 1;
        Arrays.fill(errors[l], 0);
        for (int o = 0; o < widths[l + 1]; o++) {
          double error = errors[l + 1][o] / BATCH;
          if (l < layers - 1) {
            error = values[l + 1][o] > 0 ? errors[l + 1][o] : 0;
          }
          gradients[l][o * row + widths[l]] += error;
          for (int i = 0; i < widths[l]; i++) {
            gradients[l][o * row + i] += error * values[l][i];
            errors[l][i] += error * weights[l][o * row + i];
          }
        }
      }
    }

    private void update(int step, double rate) {
      double one = 1 - Math.pow(FIRST_MOMENT, step);
      double two = 1 - Math.pow(SECOND_MOMENT, step);
      for (int l = 0; l < weights.length; l++) {
        for (int i = 0; i < weights[l].length; i++) {
          double g = gradients[l][i];
          first[l][i] = FIRST_MOMENT * first[l][i] + (1 - FIRST_MOMENT) * g;
          second[l][i] = SECOND_MOMENT * second[l][i] + (1 - SECOND_MOMENT) * g * g;
          weights[l][i] -=
              rate
                  * (first[l][i] / one / (Math.sqrt(second[l][i] / two) + 1e-8)
                      + DECAY * weights[l][i]);
        }
      }
    }

    private Layer layer(int l) {
      int row = widths[l] + 1;
      double[] matrix = new double[widths[l + 1] * widths[l]];
      double[] biases = new double[widths[l + 1]];
      for (int i = 0; i < weights[l].length; i++) {
        if (i % row == widths[l]) {
          biases[i / row] = (float) weights[l][i];
        } else {
          matrix[i / row * widths[l] + i % row] = (float) weights[l][i];
        }
      }
      return new Layer(matrix, biases);
    }
  }
}
