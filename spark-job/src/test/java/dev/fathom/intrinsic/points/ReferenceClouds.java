// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic.points;

import dev.fathom.random.RandomStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/**
 * Clouds of known dimension that are put together at random: a density of a latent point, maps that
 * bend it, and noise. The dimension of the headline is learned from them.
 */
public final class ReferenceClouds {
  private static final int LARGEST_DIMENSION = 128;
  private static final int SMALLEST_COUNT = 64;
  private static final int LARGEST_COUNT = 4096;
  private static final double TURN = 2 * Math.PI;

  private final int count;
  private final int dimension;
  private final Density density;
  private final double exponent;
  private final double[] axes;
  private final double sharedSpread;
  private final double[][] centres;
  private final List<UnaryOperator<double[]>> maps = new ArrayList<>();
  private final double noise;
  private final RandomGenerator random;

  /** A cloud and its dimension. */
  public record Drawn(Points points, int dimension) {}

  private enum Density {
    CUBE,
    BALL,
    GAUSSIAN,
    STUDENT,
    EXPONENTIAL,
    PEAK_IN_THE_MIDDLE,
    PEAK_AT_AN_END,
    CLUSTERS,
    SIMPLEX
  }

  private enum Shape {
    FLAT,
    SPHERICAL,
    POLAR,
    GRAPH,
    BENT,
    BENT_AND_SPHERICAL
  }

  private enum Bend {
    TANH,
    COSINE,
    QUADRATIC,
    EXPONENTIAL,
    SOFTSIGN,
    FOLD
  }

  /** A cloud by its number; the same number gives the same cloud. */
  public static Drawn draw(long number) {
    return new ReferenceClouds(RandomStream.of(number, "reference cloud")).drawn();
  }

  private ReferenceClouds(RandomGenerator random) {
    this.random = random;
    count = (int) Math.round(between(SMALLEST_COUNT, LARGEST_COUNT));
    dimension = (int) Math.round(between(0.51, LARGEST_DIMENSION));
    density = oneOf(Density.values());
    exponent = 0.3 + 3 * random.nextDouble();
    Shape shape = oneOf(Shape.values());
    // A surface around the origin has one more latent coordinate than dimensions.
    boolean around = shape == Shape.SPHERICAL && random.nextBoolean();
    int latent = around ? dimension + 1 : dimension;
    double stretch = random.nextBoolean() ? 0 : random.nextDouble() / 2;
    axes = new double[latent];
    Arrays.setAll(axes, i -> Math.exp(stretch * random.nextGaussian()));
    sharedSpread = random.nextInt(4) > 0 ? 0 : random.nextDouble();
    double apart = 4 * random.nextDouble() / Math.sqrt(dimension);
    centres = new double[2 + random.nextInt(3)][latent];
    for (double[] centre : centres) {
      Arrays.setAll(centre, i -> apart * random.nextGaussian());
    }
    addMaps(shape, around);
    noise = random.nextInt(10) < 3 ? between(3e-4, 0.05) : 0;
  }

  private void addMaps(Shape shape, boolean around) {
    switch (shape) {
      case FLAT -> {}
      case SPHERICAL -> {
        double power = oneOf(new Double[] {1.0, 2.0, 2.0, 4.0, 64.0});
        maps.add(z -> toUnit(around ? z : joined(z, new double[] {1}), power));
      }
      case POLAR -> {
        double turns = between(0.5, bends());
        double growth = random.nextDouble();
        double pitch = random.nextBoolean() ? 0 : random.nextDouble();
        int radius = random.nextInt(3);
        maps.add(z -> polar(z, turns, growth, pitch, radius));
      }
      case GRAPH -> {
        UnaryOperator<double[]> bent = bent(dimension, dimension + 1 + random.nextInt(dimension));
        maps.add(z -> joined(z, bent.apply(z)));
      }
      case BENT, BENT_AND_SPHERICAL ->
          maps.add(bent(dimension, dimension + 2 + random.nextInt(2 * dimension)));
    }
    if (random.nextInt(10) < 3) {
      double[] probe = axes.clone();
      for (UnaryOperator<double[]> map : maps) {
        probe = map.apply(probe);
      }
      maps.add(bent(probe.length, probe.length + 1 + random.nextInt(probe.length)));
    }
    if (shape == Shape.BENT_AND_SPHERICAL) {
      maps.add(z -> toUnit(z, 2));
    }
  }

  private Drawn drawn() {
    double[][] rows = new double[count][];
    for (int i = 0; i < count; i++) {
      double[] z = latent();
      double shared = Math.exp(sharedSpread * random.nextGaussian());
      for (int c = 0; c < z.length; c++) {
        z[c] *= axes[c] * shared;
      }
      for (UnaryOperator<double[]> map : maps) {
        z = map.apply(z);
      }
      rows[i] = z;
    }
    int columns = rows[0].length;
    double deviation = noise * rootMeanSquare(rows) / Math.sqrt(columns);
    float[] values = new float[count * columns];
    for (int i = 0; i < values.length; i++) {
      double error = deviation == 0 ? 0 : deviation * random.nextGaussian();
      values[i] = (float) (rows[i / columns][i % columns] + error);
    }
    return new Drawn(Points.of(values, count, columns), dimension);
  }

  private double[] latent() {
    double[] z = new double[axes.length];
    switch (density) {
      case CUBE -> Arrays.setAll(z, i -> 2 * random.nextDouble() - 1);
      case BALL -> {
        double[] direction = gaussian();
        double radius = Math.pow(random.nextDouble(), 1.0 / z.length);
        z = scaled(direction, radius / Math.sqrt(squares(direction)));
      }
      case GAUSSIAN -> z = gaussian();
      case STUDENT -> {
        int degrees = 3 + (int) (3 * exponent);
        double sum = 0;
        for (int i = 0; i < degrees; i++) {
          double normal = random.nextGaussian();
          sum += normal * normal;
        }
        z = scaled(gaussian(), 1 / Math.sqrt(sum / degrees));
      }
      case EXPONENTIAL -> Arrays.setAll(z, i -> random.nextExponential());
      case PEAK_IN_THE_MIDDLE ->
          Arrays.setAll(
              z,
              i -> {
                double u = 2 * random.nextDouble() - 1;
                return Math.signum(u) * Math.pow(Math.abs(u), exponent);
              });
      case PEAK_AT_AN_END -> Arrays.setAll(z, i -> 2 * Math.pow(random.nextDouble(), exponent) - 1);
      case CLUSTERS -> {
        double[] centre = oneOf(centres);
        Arrays.setAll(z, i -> centre[i] + random.nextGaussian() / 2);
      }
      case SIMPLEX -> {
        Arrays.setAll(z, i -> random.nextExponential());
        double sum = Arrays.stream(z).sum() + random.nextExponential();
        z = scaled(z, z.length / sum);
      }
    }
    return z;
  }

  /** A function of random linear maps of a point. */
  private UnaryOperator<double[]> bent(int inputs, int outputs) {
    Bend bend = oneOf(Bend.values());
    double gain = between(0.3, bends() / 2);
    double[] weights = new double[inputs * outputs];
    Arrays.setAll(weights, i -> gain * random.nextGaussian() / Math.sqrt(inputs));
    double[] offsets = new double[outputs];
    Arrays.setAll(
        offsets, i -> bend == Bend.COSINE ? TURN * random.nextDouble() : random.nextGaussian() / 2);
    return z -> {
      double[] image = new double[outputs];
      for (int o = 0; o < outputs; o++) {
        double sum = offsets[o];
        for (int i = 0; i < inputs; i++) {
          sum += weights[o * inputs + i] * z[i];
        }
        image[o] = bent(bend, sum);
      }
      return image;
    };
  }

  /** How much a map bends at most: the more, the fewer dimensions the points have to fill. */
  private double bends() {
    return 4 + 16.0 / dimension;
  }

  private static double bent(Bend bend, double v) {
    return switch (bend) {
      case TANH -> Math.tanh(v);
      case COSINE -> Math.cos(v);
      case QUADRATIC -> v + v * v;
      case EXPONENTIAL -> Math.exp(Math.min(3, v));
      case SOFTSIGN -> v / (1 + Math.abs(v));
      case FOLD -> v > 0 ? v : v / 5;
    };
  }

  /** Each coordinate as an angle, at a radius that depends on the next one, and itself. */
  private static double[] polar(double[] z, double turns, double growth, double pitch, int kind) {
    double[] image = new double[(pitch == 0 ? 2 : 3) * z.length];
    for (int i = 0; i < z.length; i++) {
      double next = z[(i + 1) % z.length];
      double radius = kind == 0 ? 1 : kind == 1 ? Math.exp(growth * next) : Math.abs(1 + next);
      if (pitch > 0) {
        image[i] = pitch * z[i];
      }
      image[image.length - 2 * i - 2] = radius * Math.cos(turns * z[i]);
      image[image.length - 2 * i - 1] = radius * Math.sin(turns * z[i]);
    }
    return image;
  }

  /** A point of length 1 in the norm of this power; 64 stands for the largest coordinate. */
  private static double[] toUnit(double[] z, double power) {
    double largest = Arrays.stream(z).map(Math::abs).max().getAsDouble();
    double length =
        largest
            * Math.pow(
                Arrays.stream(z).map(v -> Math.pow(Math.abs(v) / largest, power)).sum(), 1 / power);
    return scaled(z, 1 / length);
  }

  private static double rootMeanSquare(double[][] rows) {
    double[] mean = new double[rows[0].length];
    double sum = 0;
    for (double[] row : rows) {
      for (int c = 0; c < mean.length; c++) {
        mean[c] += row[c] / rows.length;
      }
    }
    for (double[] row : rows) {
      for (int c = 0; c < mean.length; c++) {
        sum += (row[c] - mean[c]) * (row[c] - mean[c]) / rows.length;
      }
    }
    return Math.sqrt(sum);
  }

  private double[] gaussian() {
    double[] z = new double[axes.length];
    Arrays.setAll(z, i -> random.nextGaussian());
    return z;
  }

  private static double squares(double[] z) {
    return Arrays.stream(z).map(v -> v * v).sum();
  }

  private static double[] scaled(double[] z, double factor) {
    return Arrays.stream(z).map(v -> v * factor).toArray();
  }

  private static double[] joined(double[] a, double[] b) {
    double[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }

  /** A number between two others, uniform by its logarithm. */
  private double between(double low, double high) {
    return low * Math.pow(high / low, random.nextDouble());
  }

  private <T> T oneOf(T[] values) {
    return values[random.nextInt(values.length)];
  }
}
