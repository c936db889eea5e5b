// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

import dev.fathom.intrinsic.neighbours.NeighbourSearch;
import dev.fathom.intrinsic.neighbours.Neighbours;
import dev.fathom.intrinsic.points.Points;
import dev.fathom.intrinsic.points.PreparedPoints;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * Measures the intrinsic dimension of a point cloud: Levina–Bickel and TwoNN with intervals, the
 * Gride curve over scales and its plateau.
 *
 * <p>Estimates do not change when the cloud is moved, turned, scaled, permuted or padded with
 * constant columns, up to rounding; intervals depend on the order of the rows through the random
 * blocks. If the data do not allow an estimate, the result says so; there is no exception for it,
 * and no NaN.
 */
public final class IntrinsicDimension {

  /** Largest spread of a plateau, in log, at which the curve counts as flat. */
  private static final double FLAT = 0.15;

  /** Share of duplicates above which the result has a caveat. */
  private static final double MANY_DUPLICATES = 0.01;

  /** Estimators without whose estimates the cloud counts as not measured. */
  private static final Set<Estimator> NEEDED = EnumSet.of(Estimator.MLE, Estimator.TWO_NN);

  /**
   * Largest ratio of an estimate to the width; a larger one comes from a few points that spoil a
   * mean.
   */
  private static final double MOST_BEYOND_WIDTH = 3;

  private IntrinsicDimension() {}

  /**
   * Measures a cloud on the calling thread.
   *
   * @param points n × d, any values
   */
  public static DimensionResult of(Points points, IntrinsicSettings settings) {
    PreparedPoints prepared = PreparedPoints.of(points, settings.seed());
    if (!suffices(prepared, settings)) {
      return refuse(prepared, tooFew(prepared, settings));
    }
    return of(prepared, NeighbourSearch.search(prepared.points(), settings.neighbours()), settings);
  }

  /**
   * Returns Levina–Bickel's estimate alone, without an interval, at a fraction of the cost of
   * {@link #of}; empty if the data do not allow it.
   */
  public static OptionalDouble levinaBickel(Points points, IntrinsicSettings settings) {
    PreparedPoints prepared = PreparedPoints.of(points, settings.seed());
    if (!suffices(prepared, settings)) {
      return OptionalDouble.empty();
    }
    int k = settings.neighbours();
    double estimate = LevinaBickel.estimate(NeighbourSearch.search(prepared.points(), k), k);
    return isDimension(estimate) ? OptionalDouble.of(estimate) : OptionalDouble.empty();
  }

  /**
   * Returns the dimension of a cloud with its interval, at a fraction of the cost of {@link
   * #of(Points, IntrinsicSettings)}; empty if the data do not allow it.
   */
  public static Optional<DimensionEstimate> dimension(Points points, IntrinsicSettings settings) {
    PreparedPoints prepared = PreparedPoints.of(points, settings.seed());
    if (!suffices(prepared, settings)) {
      return Optional.empty();
    }
    Points distinct = prepared.points();
    Neighbours neighbours = NeighbourSearch.search(distinct, settings.neighbours());
    Cloud cloud = Cloud.of(distinct, neighbours, settings.seed());
    return DimensionNetwork.read(cloud)
        .or(
            () ->
                Plateau.of(ScaleCurve.local(distinct, neighbours), distinct.count())
                    .map(plateau -> plateau.dimension(distinct.count())));
  }

  /** Whether there are enough points to measure. */
  public static boolean suffices(PreparedPoints prepared, IntrinsicSettings settings) {
    return prepared.points().count() >= settings.neighbours() + 2;
  }

  /**
   * Measures a cloud whose neighbours were searched elsewhere, which is the costly part. The
   * neighbours are not used if {@link #suffices} is false.
   *
   * @param neighbours neighbours of all prepared points, {@code settings.neighbours()} or more of
   *     each
   * @throws IllegalArgumentException if the neighbours belong to other points or are too few
   */
  public static DimensionResult of(
      PreparedPoints prepared, Neighbours neighbours, IntrinsicSettings settings) {
    if (!suffices(prepared, settings)) {
      return refuse(prepared, tooFew(prepared, settings));
    }
    Points points = prepared.points();
    int k = settings.neighbours();
    if (neighbours.count() != points.count() || neighbours.k() < k) {
      throw new IllegalArgumentException(
          String.format(
              "%d neighbours of %d points do not serve %d neighbours of %d points",
              neighbours.k(), neighbours.count(), k, points.count()));
    }
    Cloud cloud = Cloud.of(points, neighbours, settings.seed());
    BlockIntervals intervals = new BlockIntervals(settings);
    List<String> caveats = new ArrayList<>();
    Map<Estimator, DimensionEstimate> estimates = new EnumMap<>(Estimator.class);
    for (Estimator estimator : Estimator.values()) {
      if (estimator.isCheap() || settings.more().contains(estimator)) {
        Cloud sample = estimator.sample(cloud, k);
        double estimate = estimator.estimate(sample, k);
        if (isDimension(estimate) && estimate <= MOST_BEYOND_WIDTH * points.dimension() + 1) {
          estimates.put(estimator, intervals.around(estimator, estimate, sample));
        } else if (NEEDED.contains(estimator)) {
          return refuse(
              prepared,
              "the neighbours of many points are equally far: the values look quantised to a lattice");
        } else {
          caveats.add(
              estimator.method()
                  + ": no estimate, as neighbours of some points are equally far or too few");
        }
      }
    }
    List<ScaleEstimate> curve = ScaleCurve.of(points, neighbours);
    Plateau plateau =
        Plateau.of(curve, points.count())
            .orElseGet(() -> withoutCurve(estimates.get(Estimator.TWO_NN)));
    caveats.addAll(caveats(prepared, intervals.fit(points.count(), k), plateau));
    return new DimensionResult.Measured(
        given(prepared),
        prepared.nonFinite(),
        prepared.duplicates(),
        Collections.unmodifiableMap(estimates),
        Spectrum.of(cloud),
        curve,
        ScaleCurve.thinned(points, neighbours),
        plateau,
        DimensionNetwork.read(cloud).orElseGet(() -> plateau.dimension(points.count())),
        List.copyOf(caveats));
  }

  /**
   * Returns the dimension around each point: Levina–Bickel, combined over the point and its
   * neighbours as 1/mean(1/m̂), as the value of a single point has a spread of a quarter.
   *
   * @param neighbours neighbours of all prepared points, {@code settings.neighbours()} or more of
   *     each
   * @return one value for every given row, NaN for the rows that were dropped
   */
  public static double[] pointwise(
      PreparedPoints prepared, Neighbours neighbours, IntrinsicSettings settings) {
    double[] local = LevinaBickel.local(neighbours, settings.neighbours());
    double[] ofGiven = new double[given(prepared)];
    Arrays.fill(ofGiven, Double.NaN);
    for (int i = 0; i < local.length; i++) {
      ofGiven[prepared.rows()[i]] = local[i];
    }
    return ofGiven;
  }

  private static Plateau withoutCurve(DimensionEstimate twoNN) {
    return new Plateau(twoNN.estimate(), twoNN.low(), twoNN.high(), 1, 1, 0);
  }

  private static List<String> caveats(
      PreparedPoints prepared, boolean fromBlocks, Plateau plateau) {
    List<String> caveats = new ArrayList<>();
    int points = prepared.points().count();
    if (prepared.nonFinite() > 0) {
      caveats.add(prepared.nonFinite() + " rows with NaN or infinite values were dropped");
    }
    if (prepared.duplicates() > MANY_DUPLICATES * given(prepared)) {
      caveats.add(
          prepared.duplicates() + " rows repeat an earlier one: the encoder may be collapsing");
    }
    if (!fromBlocks) {
      caveats.add(points + " points are too few for blocks: intervals are from the likelihood");
    }
    if (plateau.toN1() == plateau.fromN1() || plateau.spread() > FLAT) {
      caveats.add("the estimate depends on the scale everywhere: there is no clear plateau");
    }
    // Eckmann and Ruelle (1992): n points cannot tell dimensions beyond 2·log10(n) apart.
    double ceiling = 2 * Math.log10(points);
    if (plateau.estimate() > ceiling) {
      caveats.add(
          String.format(
              Locale.ROOT,
              "%d points resolve about %.1f dimensions: larger estimates read low",
              points,
              ceiling));
    }
    return caveats;
  }

  private static boolean isDimension(double estimate) {
    return estimate > 0 && Double.isFinite(estimate);
  }

  private static String tooFew(PreparedPoints prepared, IntrinsicSettings settings) {
    int points = prepared.points().count();
    if (points == 1 && prepared.duplicates() > 0) {
      return "all points are identical: the encoder has collapsed";
    }
    return String.format(
        Locale.ROOT,
        "%d distinct finite points are left of %d, and %d neighbours need at least %d",
        points,
        given(prepared),
        settings.neighbours(),
        settings.neighbours() + 2);
  }

  private static int given(PreparedPoints prepared) {
    return prepared.points().count() + prepared.nonFinite() + prepared.duplicates();
  }

  private static DimensionResult refuse(PreparedPoints prepared, String reason) {
    return new DimensionResult.Refused(
        given(prepared), prepared.nonFinite(), prepared.duplicates(), reason);
  }
}
