// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.correlation;

import dev.fathom.blas.DoubleMatrix;
import dev.fathom.blas.SymmetricEigen;
import dev.fathom.intrinsic.points.Points;
import dev.fathom.intrinsic.points.PreparedPoints;
import dev.fathom.random.RandomStream;
import java.util.Arrays;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** Looks for linear maps of two sides of pairs whose results correlate. */
public final class LinearMaps {

  /*
   * Each side is put along its principal axes and scaled to unit variance, which takes nothing from
   * the pairing. The singular vectors of the covariance of the two are then their canonical
   * directions (Hotelling 1936). On the pairs that they were found from, directions correlate
   * whatever the pairs are, so one half finds them and the other half tests them. There each
   * direction counts only for what the ones before it have not told. The null is that of shuffled
   * pairs: the largest correlation of all directions, in SHUFFLES shuffles of the testing half. It
   * is exact, because the directions do not know that half, and because of items that are repeated
   * on either side only one pair stays.
   *
   * What is counted is linear. Of a curved surface that both sides share its bends count as well,
   * so the count is no less than the dimension of what linear maps can tell and may be more. What
   * one side tells of the other that way, the regression of one on the canonical directions of the
   * other, is a cloud whose dimension can be read like any other's: parts that are one side's own
   * have dropped out of it.
   */
  private static final int MOST_PAIRS = 10_000;
  private static final int MOST_DIRECTIONS = 128;
  private static final int FEWEST_PAIRS = 100;
  private static final int SHUFFLES = 199;
  private static final int EXCEEDED = 2;
  private static final int COVARIANCE_SHUFFLES = 19;

  private final Points givenX;
  private final Points givenY;
  private final PrincipalSide x;
  private final PrincipalSide y;
  private final int directions;
  private final long seed;

  private LinearMaps(Points givenX, Points givenY, long seed) {
    this.givenX = givenX;
    this.givenY = givenY;
    this.seed = seed;
    x = PrincipalSide.of(givenX);
    y = PrincipalSide.of(givenY);
    directions = Math.min(MOST_DIRECTIONS, Math.min(x.axes(), y.axes()));
  }

  /**
   * Takes a random sample of the pairs, with each item of a side at most once.
   *
   * @param x n × any width; rows with NaN are left out
   * @param y n × any width; rows with NaN are left out
   * @return empty if fewer than 100 pairs are left, or all points of a side are equal
   */
  public static Optional<LinearMaps> of(Points x, Points y, long seed) {
    int[] ofY = PreparedPoints.of(y, seed).rows();
    boolean[] kept = new boolean[y.count()];
    for (int row : ofY) {
      kept[row] = true;
    }
    int[] rows =
        Arrays.stream(PreparedPoints.of(x, seed).rows())
            .filter(row -> kept[row])
            .limit(MOST_PAIRS)
            .toArray();
    if (rows.length < FEWEST_PAIRS) {
      return Optional.empty();
    }
    return Optional.of(new LinearMaps(x.rows(rows), y.rows(rows), seed))
        .filter(maps -> maps.directions > 0);
  }

  /** Tests whether the directions correlate by more than chance. */
  public LinearRelation relation() {
    int n = x.pairs();
    int half = n / 2;
    SingularVectors found = directions(0, half);
    double[] u = unitRows(DoubleMatrix.of(found.left(), 0, directions, x.axes()), x, half);
    double[] v = unitRows(DoubleMatrix.of(found.right(), 0, directions, y.axes()), y, half);
    int tested = n - half;
    int[] order = IntStream.range(0, tested).toArray();
    double[] correlations = correlations(u, v, order);
    RandomGenerator random = RandomStream.of(seed, "canonical-null");
    double[] largest = new double[SHUFFLES];
    for (int s = 0; s < SHUFFLES; s++) {
      RandomStream.shuffle(order, tested, random);
      largest[s] = Arrays.stream(correlations(u, v, order)).max().orElseThrow();
    }
    Arrays.sort(largest);
    double chance = largest[SHUFFLES - EXCEEDED];
    return new LinearRelation(
        n,
        Arrays.stream(correlations).boxed().toList(),
        chance,
        (int) Arrays.stream(correlations).filter(r -> r > chance).count(),
        covariance());
  }

  /**
   * Returns what y predicts of x: the regression of x on the first directions of y, in coordinates
   * that keep its distances.
   *
   * @param rank number of directions
   * @return pairs × rank
   */
  public Points partOfX(int rank) {
    return part(x, y, directions(0, x.pairs()).right(), rank);
  }

  /** Returns what x predicts of y; see {@link #partOfX}. */
  public Points partOfY(int rank) {
    return part(y, x, directions(0, x.pairs()).left(), rank);
  }

  /**
   * Makes the same search among differences of close pairs. If the sides share only the group that
   * a pair belongs to, these differences have nothing in common.
   *
   * @param nearest for each pair of the sample, the index of a pair close to it
   */
  public Optional<LinearMaps> differences(int[] nearest) {
    boolean[] used = new boolean[nearest.length];
    int[] first = new int[nearest.length];
    int count = 0;
    for (int i = 0; i < nearest.length; i++) {
      // Each pair is used at most once, so that the differences are independent.
      if (!used[i] && !used[nearest[i]]) {
        used[i] = true;
        used[nearest[i]] = true;
        first[count++] = i;
      }
    }
    int[] from = Arrays.copyOf(first, count);
    return of(differences(givenX, from, nearest), differences(givenY, from, nearest), seed);
  }

  private static Points differences(Points points, int[] from, int[] nearest) {
    int d = points.dimension();
    float[] values = new float[from.length * d];
    for (int i = 0; i < values.length; i++) {
      int row = from[i / d];
      values[i] = points.value(row, i % d) - points.value(nearest[row], i % d);
    }
    return Points.of(values, from.length, d);
  }

  private SingularVectors directions(int from, int to) {
    return SingularVectors.of(covariance(x, y, from, to), x.axes(), y.axes(), directions);
  }

  private static double[] covariance(PrincipalSide a, PrincipalSide b, int from, int to) {
    double[] covariance = new double[a.axes() * b.axes()];
    DoubleMatrix.of(covariance, 0, a.axes(), b.axes())
        .multiply(1.0 / (to - from), a.range(from, to).transposed(), b.range(from, to), 0);
    return covariance;
  }

  /** The cross-covariance of the given values, without scaling to unit variance. */
  private double[] unscaled(PrincipalSide ofY) {
    double[] covariance = covariance(x, ofY, 0, x.pairs());
    for (int i = 0; i < covariance.length; i++) {
      covariance[i] *= x.deviations()[i / y.axes()] * y.deviations()[i % y.axes()];
    }
    return covariance;
  }

  private LinearRelation.CrossCovariance covariance() {
    double[] values = SingularVectors.of(unscaled(y), x.axes(), y.axes(), directions).values();
    RandomGenerator random = RandomStream.of(seed, "covariance-null");
    int[] order = IntStream.range(0, y.pairs()).toArray();
    double noise = 0;
    for (int s = 0; s < COVARIANCE_SHUFFLES; s++) {
      RandomStream.shuffle(order, order.length, random);
      double[] shuffled = unscaled(y.permuted(order));
      noise = Math.max(noise, SingularVectors.of(shuffled, x.axes(), y.axes(), 1).values()[0]);
    }
    double squares = 0;
    double fourths = 0;
    int above = 0;
    while (above < values.length && values[above] > noise) {
      double square = values[above] * values[above] / (values[0] * values[0]);
      squares += square;
      fourths += square * square;
      above++;
    }
    return new LinearRelation.CrossCovariance(
        Arrays.stream(values).boxed().toList(),
        noise,
        above,
        above == 0 ? 0 : squares * squares / fourths);
  }

  /**
   * Returns one direction per row, for the pairs from {@code first} on, of unit length and
   * orthogonal.
   */
  private static double[] unitRows(DoubleMatrix maps, PrincipalSide side, int first) {
    int rows = maps.rows();
    int n = side.pairs() - first;
    double[] values = new double[rows * n];
    DoubleMatrix.of(values, 0, rows, n)
        .setProduct(maps, side.range(first, side.pairs()).transposed());
    for (int k = 0; k < rows; k++) {
      int at = k * n;
      double mean = Arrays.stream(values, at, at + n).average().orElseThrow();
      for (int i = 0; i < n; i++) {
        values[at + i] -= mean;
      }
      double before = dot(values, at, at, n);
      for (int j = 0; j < k; j++) {
        double common = dot(values, at, j * n, n);
        for (int i = 0; i < n; i++) {
          values[at + i] -= common * values[j * n + i];
        }
      }
      double left = dot(values, at, at, n);
      // If the directions before it hold all of a direction, what is left is rounding.
      double factor = left > 1e-10 * before ? 1 / Math.sqrt(left) : 0;
      for (int i = 0; i < n; i++) {
        values[at + i] *= factor;
      }
    }
    return values;
  }

  private static double dot(double[] values, int a, int b, int n) {
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += values[a + i] * values[b + i];
    }
    return sum;
  }

  private static double[] correlations(double[] u, double[] v, int[] order) {
    int n = order.length;
    double[] correlations = new double[u.length / n];
    for (int k = 0; k < correlations.length; k++) {
      double sum = 0;
      for (int i = 0; i < n; i++) {
        sum += u[k * n + i] * v[k * n + order[i]];
      }
      correlations[k] = sum;
    }
    return correlations;
  }

  /*
   * With orthonormal rows q of the directions the regression of X is X·qᵀ·q. Its distances are those
   * of (q·Xᵀ·X·qᵀ)^½·q, which has as many columns as there are directions.
   */
  private static Points part(PrincipalSide of, PrincipalSide by, double[] maps, int rank) {
    int n = of.pairs();
    double[] q = unitRows(DoubleMatrix.of(maps, 0, rank, by.axes()), by, 0);
    double[] loadings = new double[of.axes() * rank];
    DoubleMatrix.of(loadings, 0, of.axes(), rank)
        .setProduct(of.range(0, n).transposed(), DoubleMatrix.of(q, 0, rank, n).transposed());
    for (int i = 0; i < loadings.length; i++) {
      loadings[i] *= of.deviations()[i / rank];
    }
    DoubleMatrix l = DoubleMatrix.of(loadings, 0, of.axes(), rank);
    double[] axes = new double[rank * rank];
    DoubleMatrix.of(axes, 0, rank, rank).setProduct(l.transposed(), l);
    double[] squares = SymmetricEigen.vectors(axes, rank);
    for (int i = 0; i < axes.length; i++) {
      axes[i] *= Math.sqrt(Math.max(0, squares[i / rank]));
    }
    double[] part = new double[n * rank];
    DoubleMatrix.of(part, 0, n, rank)
        .setProduct(
            DoubleMatrix.of(q, 0, rank, n).transposed(),
            DoubleMatrix.of(axes, 0, rank, rank).transposed());
    float[] values = new float[part.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) part[i];
    }
    return Points.of(values, n, rank);
  }
}
