// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * Measures the intrinsic dimension of a point cloud: Levina–Bickel and TwoNN with intervals, the
 * Gride curve over scales and its plateau.
 *
 * <p>Estimates do not change when the cloud is moved, turned, scaled, permuted or padded with
 * constant columns, up to rounding; intervals depend on the order of the rows through the random
 * blocks. What the data do not allow is said in the result, never by an exception and never by NaN.
 */
public final class IntrinsicDimension {

  /** Above this spread of a plateau, in log, the curve is not called flat. */
  private static final double FLAT = 0.15;

  /** Above this share of duplicates the embedding is suspect. */
  private static final double MANY_DUPLICATES = 0.01;

  private IntrinsicDimension() {}

  /**
   * Measures a cloud on this thread.
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
   * Levina–Bickel alone, without an interval, which costs a fraction of the whole; empty where the
   * data do not allow it.
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

  /** Whether enough points are left to be searched for neighbours and measured. */
  public static boolean suffices(PreparedPoints prepared, IntrinsicSettings settings) {
    return prepared.points().count() >= settings.neighbours() + 2;
  }

  /**
   * Measures a cloud whose neighbours have been searched, the costly part, elsewhere. Where {@link
   * #suffices} is false the neighbours are not looked at.
   *
   * @param neighbours of all prepared points, {@code settings.neighbours()} or more
   * @throws IllegalArgumentException if they are of other points or too few
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
    double mle = LevinaBickel.estimate(neighbours, k);
    double pointwise = LevinaBickel.pointwiseMean(neighbours, k);
    double twoNN = TwoNN.estimate(neighbours, TwoNN.DISCARDED);
    if (!isDimension(mle) || !isDimension(pointwise) || !isDimension(twoNN)) {
      return refuse(
          prepared,
          "the neighbours of many points are equally far: the values look quantised to a lattice");
    }
    BlockIntervals intervals = BlockIntervals.of(points, settings);
    DimensionEstimate twoNNEstimate =
        intervals.around("TwoNN", twoNN, 2, 1, block -> TwoNN.estimate(block, TwoNN.DISCARDED));
    List<ScaleEstimate> curve = ScaleCurve.of(points, neighbours);
    Plateau plateau =
        Plateau.of(curve, points.count()).orElseGet(() -> withoutCurve(twoNNEstimate));
    return new DimensionResult.Measured(
        given(prepared),
        prepared.nonFinite(),
        prepared.duplicates(),
        intervals.around("Levina-Bickel", mle, k, k - 1, block -> LevinaBickel.estimate(block, k)),
        intervals.around(
            "Levina-Bickel, pointwise mean",
            pointwise,
            k,
            k - 1,
            block -> LevinaBickel.pointwiseMean(block, k)),
        twoNNEstimate,
        curve,
        plateau,
        caveats(prepared, intervals, plateau));
  }

  private static Plateau withoutCurve(DimensionEstimate twoNN) {
    return new Plateau(twoNN.estimate(), twoNN.low(), twoNN.high(), 1, 1, 0);
  }

  private static List<String> caveats(
      PreparedPoints prepared, BlockIntervals intervals, Plateau plateau) {
    List<String> caveats = new ArrayList<>();
    int points = prepared.points().count();
    if (prepared.nonFinite() > 0) {
      caveats.add(prepared.nonFinite() + " rows with NaN or infinite values were dropped");
    }
    if (prepared.duplicates() > MANY_DUPLICATES * given(prepared)) {
      caveats.add(
          prepared.duplicates() + " rows repeat an earlier one: the encoder may be collapsing");
    }
    if (!intervals.fromBlocks()) {
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
    return List.copyOf(caveats);
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
