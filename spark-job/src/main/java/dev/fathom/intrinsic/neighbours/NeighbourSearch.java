// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic.neighbours;

import dev.fathom.intrinsic.points.Points;
import dev.fathom.intrinsic.points.PrincipalComponents;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;

/**
 * Exact nearest neighbours. Every pair of points is either ruled out or measured; most are ruled
 * out many at a time, by a matrix multiplication or by their position.
 *
 * <p>A search is prepared once by {@link #of}. It runs as a whole by {@link #all}, or in parts on
 * several machines by {@link #part}, whose results are merged range by range and joined by {@link
 * #join}. The neighbours are the same to the last bit whatever the number of parts.
 */
public final class NeighbourSearch implements Serializable {
  private static final long serialVersionUID = 2;

  /*
   * Three filters, each letting through more than it must and never less:
   *
   * 1. The points are ordered into leaves by splitting at medians along the widest axis, a k-d tree
   *    cut off early (SearchOrder). Two leaves whose bounding boxes lie farther apart than the k-th
   *    neighbours found so far are passed over; pairs of leaves go nearest first, so that those
   *    are soon near (SearchPart). This rules out most pairs of clouds of few dimensions, and
   *    nothing of those of many.
   * 2. What two points have in common is seen in few coordinates (SearchSpace), as many as cost
   *    the least by a trial on a few points (SearchRank). Two leaves meet in one gemm, and what it
   *    tells of a pair is held against a limit for each point (LeafMeeting).
   * 3. What passes is measured in double, by subtraction, and only that distance counts: the
   *    result is exact, ties in the order of the points.
   *
   * A query measures about k·ln(n/k) pairs again.
   */
  private static final double[] NO_BOUNDS = {};

  private final Points points;
  private final SearchOrder order;
  private final int rank;
  private final int k;
  private transient SearchSpace space;

  private NeighbourSearch(Points points, SearchOrder order, int rank, int k, SearchSpace space) {
    this.points = points;
    this.order = order;
    this.rank = rank;
    this.k = k;
    this.space = space;
  }

  /**
   * Finds the k nearest neighbours of every point among all others, on the calling thread.
   *
   * @param points finite values; exact duplicates are neighbours at distance zero
   * @param k number of neighbours, 1 … n−1
   * @throws IllegalArgumentException if k is out of range
   */
  public static Neighbours search(Points points, int k) {
    return of(points, k, 1).all();
  }

  /**
   * Prepares a search.
   *
   * @param points finite values
   * @param k number of neighbours, 1 … n−1
   * @param parts wanted number of parts, 1 or more; the search may have fewer
   * @throws IllegalArgumentException if k is out of range
   */
  public static NeighbourSearch of(Points points, int k, int parts) {
    int n = points.count();
    if (k < 1 || k >= n) {
      throw new IllegalArgumentException(
          String.format("%d neighbours asked for among %d points", k, n));
    }
    int rank = points.dimension();
    SearchSpace space;
    if (SearchRank.isWorthwhile(points)) {
      PrincipalComponents axes = PrincipalComponents.of(points);
      rank = SearchRank.choose(points, axes, k);
      space = SearchSpace.of(points, axes, rank);
    } else {
      space = SearchSpace.of(points);
    }
    SearchOrder order = SearchOrder.of(space, n, parts);
    return new NeighbourSearch(
        points.rows(order.rows()), order, rank, k, space.ordered(order.rows()));
  }

  /** The number of parts. */
  public int parts() {
    return order.rangeCount();
  }

  /** Runs every part on this thread. */
  public Neighbours all() {
    PartialNeighbours[] lists = new PartialNeighbours[parts()];
    for (int part = 0; part < parts(); part++) {
      for (PartialNeighbours found : part(part)) {
        int range = order.rangeOf(found.from());
        lists[range] = lists[range] == null ? found : lists[range].merge(found);
      }
    }
    return join(Arrays.asList(lists));
  }

  /**
   * Bounds the k-th distances of a range of points by the distances to the points of the nearest
   * leaves. A part that knows the bounds skips most measurements that would find no neighbour.
   *
   * @param range 0 … {@link #parts} − 1
   * @return squared bounds, in the order of the search; {@link #part(int, double[])} takes the
   *     bounds of all ranges, one after another
   */
  public double[] bounds(int range) {
    return new SearchPart(points, space(), order, k, NO_BOUNDS).bounds(range);
  }

  /**
   * Runs a part without bounds.
   *
   * @param part 0 … {@link #parts} − 1
   * @return the neighbours found, one entry for each range that the part touches
   */
  public List<PartialNeighbours> part(int part) {
    return part(part, NO_BOUNDS);
  }

  /**
   * Runs a part that knows the largest possible distances of the neighbours.
   *
   * @param part 0 … {@link #parts} − 1
   * @param bounds squared bounds of all points, or empty
   * @return the neighbours found, one entry for each range that the part touches
   */
  public List<PartialNeighbours> part(int part, double[] bounds) {
    return new SearchPart(points, space(), order, k, bounds).execute(part);
  }

  /**
   * Joins the ranges, each of which has been merged over all parts.
   *
   * @return the neighbours of the points in the order in which they were given
   */
  public Neighbours join(List<PartialNeighbours> merged) {
    int n = points.count();
    int[] indices = new int[Math.multiplyExact(n, k)];
    double[] distances = new double[indices.length];
    int joined = 0;
    for (PartialNeighbours range : merged) {
      range.copyTo(order.rows(), indices, distances);
      joined += range.count();
    }
    if (joined != n) {
      throw new IllegalArgumentException(
          String.format("neighbours of %d points are not those of all %d", joined, n));
    }
    return new Neighbours(n, k, indices, distances);
  }

  /**
   * The search space. It is as large as the points, so each machine computes it instead of
   * receiving it.
   */
  private synchronized SearchSpace space() {
    if (space == null) {
      space =
          rank < points.dimension()
              ? SearchSpace.of(points, PrincipalComponents.of(points), rank)
              : SearchSpace.of(points);
    }
    return space;
  }
}
