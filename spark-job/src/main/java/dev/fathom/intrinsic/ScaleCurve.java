// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

import dev.fathom.intrinsic.neighbours.NeighbourSearch;
import dev.fathom.intrinsic.neighbours.Neighbours;
import dev.fathom.intrinsic.points.Points;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * The Gride estimate over scales n1 = 1, 2, 4, …, from the nearest neighbours to a large share of
 * the points.
 */
final class ScaleCurve {

  /*
   * The small scales come from all points and the neighbours that were searched anyway. Scales
   * beyond them would need hundreds of neighbours of every point; instead the cloud is thinned to
   * one point in s (a power of two, the random order makes it a range of rows) until at most
   * SAMPLE points stay: the n1-th neighbour there lies as far as the s·n1-th among all, at the
   * price of a standard error that goes with 1/√SAMPLE. Cost is bounded whatever n.
   */
  private static final int SAMPLE = 4096;
  private static final int MOST_NEIGHBOURS = 512;
  private static final int SMALLEST_SHARE = 3;

  private static final int SMALLEST_THINNED = 64;

  private ScaleCurve() {}

  /**
   * Returns the curve, by rising n1; scales at which the ratios allow no estimate are left out.
   *
   * @param shuffled all points, in random order
   * @param neighbours the neighbours of all points
   */
  static List<ScaleEstimate> of(Points shuffled, Neighbours neighbours) {
    return of(shuffled, neighbours, SMALLEST_SHARE);
  }

  /** Returns only the scales at which a plateau is looked for, at a fraction of the cost. */
  static List<ScaleEstimate> local(Points shuffled, Neighbours neighbours) {
    return of(shuffled, neighbours, Plateau.LOCAL_SHARE);
  }

  private static List<ScaleEstimate> of(Points shuffled, Neighbours neighbours, int share) {
    int n = shuffled.count();
    int reached = Math.min(neighbours.k(), n / share);
    List<ScaleEstimate> curve = new ArrayList<>();
    int n1 = append(curve, neighbours, 1, reached, 1);
    int thinning = 1;
    while (n / thinning > SAMPLE) {
      thinning *= 2;
    }
    Points sample = shuffled.range(0, n / thinning);
    int most = Math.min(MOST_NEIGHBOURS, sample.count() / share);
    int next = Math.max(1, n1 / thinning);
    if (2 * next <= most) {
      int farthest = 2 * next * Integer.highestOneBit(most / (2 * next));
      append(curve, NeighbourSearch.search(sample, farthest), next, farthest, thinning);
    }
    return List.copyOf(curve);
  }

  /**
   * Returns TwoNN by likelihood on one point in 1, 2, 4, … of a cloud (Facco's decimation). It
   * reads the same scales as the curve, each from nearest neighbours only. Sizes between all points
   * and SAMPLE points are skipped, because of their cost.
   *
   * @param shuffled all points, in random order
   * @param neighbours the neighbours of all points
   */
  static List<ScaleEstimate> thinned(Points shuffled, Neighbours neighbours) {
    List<ScaleEstimate> estimates = new ArrayList<>();
    append(estimates, neighbours, 1, 2, 1);
    int thinning = 2;
    while (shuffled.count() / thinning > SAMPLE) {
      thinning *= 2;
    }
    for (; shuffled.count() / thinning >= SMALLEST_THINNED; thinning *= 2) {
      Points sample = shuffled.range(0, shuffled.count() / thinning);
      append(estimates, NeighbourSearch.search(sample, 2), 1, 2, thinning);
    }
    return List.copyOf(estimates);
  }

  /**
   * Appends the scales from {@code first} on, as far as the neighbours reach; returns the first
   * scale beyond.
   */
  private static int append(
      List<ScaleEstimate> curve, Neighbours neighbours, int first, int reached, int thinning) {
    int n1 = first;
    for (; 2 * n1 <= reached; n1 *= 2) {
      Gride gride = Gride.of(neighbours, n1);
      OptionalDouble estimate = gride.estimate();
      if (estimate.isPresent()) {
        double d = estimate.getAsDouble();
        double half = Confidence.NORMAL * Confidence.SHARED_NEIGHBOURS * gride.standardError(d);
        curve.add(
            new ScaleEstimate(
                n1 * thinning,
                d,
                Math.max(0, d - half),
                d + half,
                meanDistance(neighbours, 2 * n1),
                neighbours.count()));
      }
    }
    return n1;
  }

  private static double meanDistance(Neighbours neighbours, int rank) {
    double sum = 0;
    for (int i = 0; i < neighbours.count(); i++) {
      sum += neighbours.distance(i, rank);
    }
    return sum / neighbours.count();
  }
}
