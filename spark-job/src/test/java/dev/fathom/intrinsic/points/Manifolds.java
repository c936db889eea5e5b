// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic.points;

import dev.fathom.random.RandomStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.IntToDoubleFunction;
import java.util.random.RandomGenerator;
import java.util.stream.DoubleStream;

/**
 * Clouds of known dimension: the 24 manifolds that estimators are compared on (Hein and Audibert
 * 2005; Rozza and others 2012; Campadelli and others 2015), and those that the interval of the
 * dimension was fitted to.
 *
 * @param name of the manifold
 * @param dimension the true one
 * @param row draws a point
 */
public record Manifolds(String name, int dimension, Function<RandomGenerator, double[]> row) {
  private static final double TURN = 2 * Math.PI;

  /** Draws a cloud. */
  public Points draw(int n, long seed) {
    RandomGenerator random = RandomStream.of(seed, name, n);
    double[] first = row.apply(random);
    float[] values = new float[n * first.length];
    double[] point = first;
    for (int i = 0; i < n; i++) {
      for (int c = 0; c < point.length; c++) {
        values[i * point.length + c] = (float) point[c];
      }
      point = row.apply(random);
    }
    return Points.of(values, n, first.length);
  }

  /** The manifolds of the comparison. */
  public static List<Manifolds> compared() {
    return List.of(
        new Manifolds("M1_Sphere", 10, r -> unit(gaussian(r, 11))),
        new Manifolds("M2_Affine_3to5", 3, Manifolds::affine),
        new Manifolds("M3_Nonlinear_4to6", 4, Manifolds::fourInSix),
        new Manifolds("M4_Nonlinear", 4, r -> waves(r, 4, 1)),
        new Manifolds("M5a_Helix1d", 1, Manifolds::closedHelix),
        new Manifolds("M5b_Helix2d", 2, Manifolds::helicoid),
        new Manifolds("M6_Nonlinear", 6, r -> waves(r, 6, 3)),
        new Manifolds("M7_Roll", 2, Manifolds::roll),
        new Manifolds("M8_Nonlinear", 12, r -> waves(r, 12, 3)),
        new Manifolds("M9_Affine", 20, r -> uniform(r, 20)),
        new Manifolds("M10a_Cubic", 10, r -> faces(r, 10)),
        new Manifolds("M10b_Cubic", 17, r -> faces(r, 17)),
        new Manifolds("M10c_Cubic", 24, r -> faces(r, 24)),
        new Manifolds("M10d_Cubic", 70, r -> faces(r, 70)),
        new Manifolds("M11_Moebius", 2, Manifolds::moebius),
        new Manifolds("M12_Norm", 20, r -> gaussian(r, 20)),
        new Manifolds("M13a_Scurve", 2, Manifolds::curveS),
        new Manifolds("M13b_Spiral", 1, Manifolds::spiral),
        new Manifolds("Mbeta", 10, r -> beta(r, 10)),
        new Manifolds("Mn1_Nonlinear", 18, r -> tangents(r, 18)),
        new Manifolds("Mn2_Nonlinear", 24, r -> tangents(r, 24)),
        new Manifolds("Mp1_Paraboloid", 3, r -> paraboloid(r, 3)),
        new Manifolds("Mp2_Paraboloid", 6, r -> paraboloid(r, 6)),
        new Manifolds("Mp3_Paraboloid", 9, r -> paraboloid(r, 9)));
  }

  /** Densities of a latent point, each put on several shapes in several dimensions. */
  public static List<Manifolds> fitted() {
    List<Manifolds> clouds = new ArrayList<>();
    for (int d : new int[] {1, 2, 3, 5, 7, 10, 15, 22, 40}) {
      clouds.add(new Manifolds("sphere-" + d, d, r -> unit(gaussian(r, d + 1))));
      for (Density density : Density.values()) {
        for (Shape shape : Shape.values()) {
          if (shape != Shape.CIRCLES || (density == Density.CUBE && d <= 22)) {
            String name = (density + "-" + shape + "-" + d).toLowerCase(Locale.ROOT);
            RandomGenerator axes = RandomStream.of(1, "axes-" + name);
            double[] map = axes.doubles(4L * (d + 2) * (d + 2)).map(u -> 2 * u - 1).toArray();
            clouds.add(new Manifolds(name, d, r -> placed(shape, latent(density, r, d), map)));
          }
        }
      }
    }
    return clouds;
  }

  private enum Density {
    CUBE,
    BALL,
    GAUSSIAN,
    STUDENT,
    EXPONENTIAL,
    PEAK,
    CUBED,
    SIMPLEX
  }

  private enum Shape {
    FLAT,
    TANH,
    WAVES,
    QUADRATIC,
    CIRCLES,
    SPHERICAL
  }

  private static double[] latent(Density density, RandomGenerator r, int d) {
    return switch (density) {
      case CUBE -> each(d, i -> 2 * r.nextDouble() - 1);
      case BALL -> scaled(unit(gaussian(r, d)), Math.pow(r.nextDouble(), 1.0 / d));
      case GAUSSIAN -> gaussian(r, d);
      case STUDENT -> {
        double squares = Arrays.stream(gaussian(r, 5)).map(v -> v * v).sum();
        yield scaled(gaussian(r, d), 1 / Math.sqrt(squares / 5));
      }
      case EXPONENTIAL -> each(d, i -> r.nextExponential());
      case PEAK -> each(d, i -> 1 - 2 * Math.pow(r.nextDouble(), 1.5));
      case CUBED -> each(d, i -> Math.pow(2 * r.nextDouble() - 1, 3));
      case SIMPLEX -> {
        double[] e = each(d + 1, i -> r.nextExponential());
        double sum = Arrays.stream(e).sum();
        yield each(d, i -> d * e[i] / sum);
      }
    };
  }

  private static double[] placed(Shape shape, double[] z, double[] map) {
    int d = z.length;
    return switch (shape) {
      case FLAT -> z;
      case TANH -> image(z, map, 4 * d + 3, v -> Math.tanh(2 * v));
      case WAVES -> image(z, map, 3 * d + 3, v -> Math.cos(3.4 * v + 1));
      case QUADRATIC -> joined(z, image(z, map, d + 2, v -> 1.5 * v * v));
      case CIRCLES ->
          joined(each(d, i -> Math.cos(Math.PI * z[i])), each(d, i -> Math.sin(Math.PI * z[i])));
      case SPHERICAL -> unit(joined(z, new double[] {1}));
    };
  }

  /** A function of linear maps of a point. */
  private static double[] image(
      double[] z, double[] map, int columns, Function<Double, Double> function) {
    return each(
        columns,
        c -> {
          double sum = 0;
          for (int k = 0; k < z.length; k++) {
            sum += z[k] * map[(c * z.length + k) % map.length];
          }
          return function.apply(sum / Math.sqrt(z.length));
        });
  }

  private static double[] affine(RandomGenerator r) {
    double a = 4 * r.nextDouble();
    double b = 4 * r.nextDouble();
    double c = 4 * r.nextDouble();
    return new double[] {
      1.2 * a - 0.5 * b + 3,
      0.5 * a + 0.9 * b - 1,
      -0.5 * a - 0.2 * b + c,
      0.4 * a - 0.9 * b - 0.1 * c,
      1.1 * a - 0.3 * b + 8
    };
  }

  private static double[] fourInSix(RandomGenerator r) {
    double[] p = uniform(r, 4);
    return new double[] {
      p[1] * p[1] * Math.cos(TURN * p[0]),
      p[2] * p[2] * Math.sin(TURN * p[0]),
      p[1] + p[2] + (p[1] - p[3]) * (p[1] - p[3]),
      p[1] - 2 * p[2] + (p[0] - p[3]) * (p[0] - p[3]),
      -p[1] - 2 * p[2] + (p[2] - p[3]) * (p[2] - p[3]),
      p[0] * p[0] - p[1] * p[1] + p[2] * p[2] - p[3] * p[3]
    };
  }

  private static double[] waves(RandomGenerator r, int d, int copies) {
    double[] p = uniform(r, d);
    return each(
        2 * d * copies,
        c -> {
          int i = c % (2 * d) / 2;
          double radius = p[(i + 1) % d];
          return radius * (c % 2 == 0 ? Math.cos(TURN * p[i]) : Math.sin(TURN * p[i]));
        });
  }

  private static double[] closedHelix(RandomGenerator r) {
    double t = TURN * r.nextDouble();
    double radius = 2 + Math.cos(8 * t);
    return new double[] {radius * Math.cos(t), radius * Math.sin(t), Math.sin(8 * t)};
  }

  private static double[] helicoid(RandomGenerator r) {
    double radius = 5 * TURN * r.nextDouble();
    double angle = 5 * TURN * r.nextDouble();
    return new double[] {radius * Math.cos(angle), radius * Math.sin(angle), 0.5 * angle};
  }

  private static double[] roll(RandomGenerator r) {
    double t = 1.5 * Math.PI * (1 + 2 * r.nextDouble());
    return new double[] {t * Math.cos(t), 21 * r.nextDouble(), t * Math.sin(t)};
  }

  /** The surface of a cube. */
  private static double[] faces(RandomGenerator r, int d) {
    double[] point = uniform(r, d + 1);
    int face = r.nextInt(2 * (d + 1));
    point[face / 2] = face % 2;
    return point;
  }

  private static double[] moebius(RandomGenerator r) {
    double angle = TURN * r.nextDouble();
    double across = 2 * r.nextDouble() - 1;
    double radius = 1 + 0.5 * across * Math.cos(5 * angle);
    return new double[] {
      radius * Math.cos(angle), radius * Math.sin(angle), 0.5 * across * Math.sin(5 * angle)
    };
  }

  private static double[] curveS(RandomGenerator r) {
    double t = 3 * Math.PI * (r.nextDouble() - 0.5);
    return new double[] {Math.sin(t), 2 * r.nextDouble(), Math.signum(t) * (Math.cos(t) - 1)};
  }

  private static double[] spiral(RandomGenerator r) {
    double t = 5 * TURN * r.nextDouble();
    return new double[] {100 * Math.cos(t), 100 * Math.sin(t), t};
  }

  private static double[] tangents(RandomGenerator r, int d) {
    double[] x = uniform(r, d);
    double[] a = each(d, i -> Math.tan(x[i] * Math.cos(x[d - 1 - i])));
    double[] b = each(d, i -> Math.atan(x[d - 1 - i] * Math.sin(x[i])));
    return joined(joined(a, b), joined(a, b));
  }

  private static double[] beta(RandomGenerator r, int d) {
    double[] x =
        each(
            d,
            i -> {
              double ten = DoubleStream.generate(r::nextExponential).limit(10).sum();
              double normal = r.nextGaussian();
              return ten / (ten + normal * normal / 2);
            });
    double[] a = each(d, i -> x[i] * Math.sin(Math.cos(TURN * x[i])));
    double[] b = each(d, i -> x[i] * Math.cos(Math.sin(TURN * x[i])));
    return joined(joined(a, b), joined(a, b));
  }

  private static double[] paraboloid(RandomGenerator r, int d) {
    double first = r.nextExponential();
    double[] x = new double[d + 1];
    for (int i = 0; i < d; i++) {
      x[i] = 1 / (1 + r.nextExponential() / first);
      x[d] += x[i] * x[i];
    }
    return joined(joined(x, each(d + 1, i -> Math.sin(x[i]))), each(d + 1, i -> x[i] * x[i]));
  }

  private static double[] uniform(RandomGenerator r, int d) {
    return each(d, i -> r.nextDouble());
  }

  private static double[] gaussian(RandomGenerator r, int d) {
    return each(d, i -> r.nextGaussian());
  }

  private static double[] unit(double[] v) {
    double squares = 0;
    for (double value : v) {
      squares += value * value;
    }
    return scaled(v, 1 / Math.sqrt(squares));
  }

  private static double[] scaled(double[] v, double factor) {
    return each(v.length, i -> factor * v[i]);
  }

  private static double[] joined(double[] a, double[] b) {
    return each(a.length + b.length, i -> i < a.length ? a[i] : b[i - a.length]);
  }

  private static double[] each(int count, IntToDoubleFunction value) {
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = value.applyAsDouble(i);
    }
    return values;
  }
}
