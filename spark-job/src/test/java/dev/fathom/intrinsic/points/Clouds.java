// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic.points;

import dev.fathom.random.RandomStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.random.RandomGenerator;

/** Point clouds to measure. */
public final class Clouds {
  private Clouds() {}

  /** Independent standard normal coordinates. */
  public static Points gaussian(int n, int d, long seed) {
    RandomGenerator random = RandomStream.of(seed, "gaussian");
    return filled(n, d, random::nextGaussian);
  }

  /** Uniform in the unit cube. */
  public static Points uniform(int n, int d, long seed) {
    RandomGenerator random = RandomStream.of(seed, "uniform");
    return filled(n, d, random::nextDouble);
  }

  private static Points filled(int n, int d, DoubleSupplier source) {
    float[] values = new float[n * d];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) source.getAsDouble();
    }
    return Points.of(values, n, d);
  }

  /** tanh of a linear image of few Gaussians. */
  public static Points curved(int n, int dimension, int width) {
    RandomGenerator random = RandomStream.of(2, "benchmark");
    double[] axes = random.doubles((long) dimension * width, -1.7, 1.7).toArray();
    float[] values = new float[n * width];
    double[] latent = new double[dimension];
    for (int i = 0; i < n; i++) {
      for (int d = 0; d < dimension; d++) {
        latent[d] = random.nextGaussian();
      }
      for (int c = 0; c < width; c++) {
        double sum = 0;
        for (int d = 0; d < dimension; d++) {
          sum += latent[d] * axes[d * width + c];
        }
        values[i * width + c] = (float) Math.tanh(sum);
      }
    }
    return Points.of(values, n, width);
  }

  /** A cloud of the test resources. */
  public static Points golden(String name) {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                Clouds.class.getResourceAsStream("/golden/" + name + ".csv"),
                StandardCharsets.UTF_8))) {
      List<String> lines = reader.lines().toList();
      int d = lines.get(0).split(",", -1).length;
      float[] values = new float[lines.size() * d];
      for (int i = 0; i < lines.size(); i++) {
        String[] cells = lines.get(i).split(",", -1);
        for (int c = 0; c < d; c++) {
          values[i * d + c] = Float.parseFloat(cells[c]);
        }
      }
      return Points.of(values, lines.size(), d);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Turned by random plane rotations, scaled, moved, and padded with constant columns. */
  public static Points moved(
      Points points, double scale, double shift, int padding, boolean turned) {
    int d = points.dimension();
    int width = d + padding;
    RandomGenerator random = RandomStream.of(7, "rotation");
    double[] cosines = new double[d * d];
    double[] sines = new double[d * d];
    for (int i = 0; i < d * d; i++) {
      double angle = turned ? 2 * Math.PI * random.nextDouble() : 0;
      cosines[i] = Math.cos(angle);
      sines[i] = Math.sin(angle);
    }
    float[] values = new float[points.count() * width];
    for (int i = 0; i < points.count(); i++) {
      double[] row = new double[d];
      for (int c = 0; c < d; c++) {
        row[c] = points.value(i, c);
      }
      for (int a = 0; a < d; a++) {
        for (int b = a + 1; b < d; b++) {
          double u = cosines[a * d + b] * row[a] - sines[a * d + b] * row[b];
          double v = sines[a * d + b] * row[a] + cosines[a * d + b] * row[b];
          row[a] = u;
          row[b] = v;
        }
      }
      for (int c = 0; c < width; c++) {
        values[i * width + c] = c < d ? (float) (scale * row[c] + shift) : 3.5f;
      }
    }
    return Points.of(values, points.count(), width);
  }
}
