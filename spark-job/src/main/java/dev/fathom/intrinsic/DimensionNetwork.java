// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Reads the dimension of a cloud, with a 90 % interval, off its {@link CloudFigures}. Networks have
 * learned it from reference clouds of known dimension.
 */
final class DimensionNetwork {

  /*
   * What n points of a cloud of d dimensions look like can be drawn at will, for any density, shape
   * and noise; so the inverse can be learned. Each network maps standardised figures to the 5, 50
   * and 95 % quantiles of log d − b, where b is the first figure. The result is the mean of the
   * networks. Its interval is wide where clouds of different dimensions look the same, as with few
   * points or in many dimensions. `margin` widens it to hold 90 % of reference clouds that the
   * networks have not seen.
   *
   * ReferenceClouds, among the tests, says what is drawn; DimensionNetworkFit trains the networks
   * and writes the file.
   */
  static final List<Integer> QUANTILES = List.of(5, 50, 95);

  /** Figures are cut off at so many standard deviations, beyond which nothing has been learned. */
  private static final double FARTHEST = 5;

  private static final String FILE = "dimension-network.bin";

  private final double[] means;
  private final double[] deviations;
  private final List<Layer[]> networks;
  private final double margin;

  /**
   * One layer of a network.
   *
   * @param weights outputs × inputs
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Layer(double[] weights, double[] biases) {

    double[] of(double[] inputs) {
      double[] outputs = biases.clone();
      for (int o = 0; o < outputs.length; o++) {
        for (int i = 0; i < inputs.length; i++) {
          outputs[o] += weights[o * inputs.length + i] * inputs[i];
        }
      }
      return outputs;
    }

    private static Layer read(DataInputStream in) throws IOException {
      return new Layer(floats(in), floats(in));
    }
  }

  DimensionNetwork(double[] means, double[] deviations, List<Layer[]> networks, double margin) {
    this.means = means;
    this.deviations = deviations;
    this.networks = networks;
    this.margin = margin;
  }

  /** Holds the networks of the file, which are read once. */
  private static final class Trained {
    static final DimensionNetwork NETWORK = read();

    private static DimensionNetwork read() {
      try (InputStream file = DimensionNetwork.class.getResourceAsStream(FILE);
          DataInputStream in = new DataInputStream(new BufferedInputStream(file))) {
        double[] means = floats(in);
        double[] deviations = floats(in);
        double margin = in.readFloat();
        Layer[][] networks = new Layer[in.readInt()][];
        for (int i = 0; i < networks.length; i++) {
          networks[i] = new Layer[in.readInt()];
          for (int l = 0; l < networks[i].length; l++) {
            networks[i][l] = Layer.read(in);
          }
        }
        return new DimensionNetwork(means, deviations, List.of(networks), margin);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Reads the dimension of a cloud; empty if it has too few points. */
  static Optional<DimensionEstimate> read(Cloud cloud) {
    return CloudFigures.of(cloud)
        .filter(figures -> Double.isFinite(figures[0]))
        .map(figures -> read(cloud, Trained.NETWORK.quantiles(figures)));
  }

  private static DimensionEstimate read(Cloud cloud, double[] quantiles) {
    int width = cloud.points().dimension();
    double estimate = Math.min(quantiles[1], width);
    return new DimensionEstimate(
        "networks that learned from clouds of known dimension",
        estimate,
        Math.min(quantiles[0], estimate),
        Math.max(estimate, Math.min(quantiles[2], width)),
        cloud.count(),
        CloudFigures.NEIGHBOURS);
  }

  /** The quantiles of the dimension. */
  double[] quantiles(double[] figures) {
    double[] standardised = standardised(figures);
    double[] sum = new double[QUANTILES.size()];
    for (Layer[] network : networks) {
      double[] values = last(network, standardised);
      for (int q = 0; q < sum.length; q++) {
        sum[q] += values[q] / networks.size();
      }
    }
    return new double[] {
      Math.exp(figures[0] + sum[0] - margin),
      Math.exp(figures[0] + sum[1]),
      Math.exp(figures[0] + sum[2] + margin)
    };
  }

  /** Figures of mean 0 and deviation 1 over the reference clouds; one that is missing is 0. */
  double[] standardised(double[] figures) {
    return IntStream.range(0, figures.length)
        .mapToDouble(i -> (figures[i] - means[i]) / deviations[i])
        .map(v -> Double.isNaN(v) ? 0 : Math.max(-FARTHEST, Math.min(FARTHEST, v)))
        .toArray();
  }

  private static double[] last(Layer[] network, double[] inputs) {
    double[] values = inputs;
    for (int l = 0; l < network.length; l++) {
      values = network[l].of(values);
      for (int i = 0; l < network.length - 1 && i < values.length; i++) {
        values[i] = Math.max(0, values[i]);
      }
    }
    return values;
  }

  private static double[] floats(DataInputStream in) throws IOException {
    double[] values = new double[in.readInt()];
    for (int i = 0; i < values.length; i++) {
      values[i] = in.readFloat();
    }
    return values;
  }
}
