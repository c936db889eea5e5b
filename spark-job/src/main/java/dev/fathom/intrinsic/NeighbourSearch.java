// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

import dev.fathom.blas.Matrix;
import dev.fathom.blas.NegativeParts;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Exact nearest neighbours: every pair of points is ruled out or measured, most of them ruled out
 * many at a time by a matrix multiplication or by where they lie.
 *
 * <p>A search is prepared once, {@link #of}, and run as a whole, {@link #all}, or in parts on
 * several machines, {@link #part}, whose results are merged range by range and joined by {@link
 * #join}. The neighbours are the same to the last bit whatever the number of parts.
 */
public final class NeighbourSearch implements Serializable {
  private static final long serialVersionUID = 1;

  /*
   * Three filters, each letting through more than it must and never less:
   *
   * 1. The points are ordered into leaves of at most LEAF by splitting at medians along the widest
   *    axis (a k-d tree cut off early). Two leaves whose bounding boxes lie farther apart than the
   *    k-th neighbours found so far are passed over; pairs of leaves go nearest first, so that
   *    those are soon near. This rules out most pairs of clouds of few dimensions, and nothing of
   *    those of many.
   * 2. What two points have in common is seen in few coordinates (SearchSpace), as many as cost
   *    the least by a trial on a few points. Two leaves meet in one gemm, of −2·a·b, once for both
   *    directions; with the squares of the lengths s = |b|² − 2ab = |a−b|² − |a|², so that a
   *    comparison with a limit for each point tells who may be among its k nearest. That
   *    comparison is n² work and so has to vectorise: ROWS rows are summed up in one pass, and only
   *    columns in which one of them passes are looked into.
   * 3. What passes is measured in double, by subtraction, and only that distance counts: the
   *    result is exact, ties in the order of the points.
   *
   * Hazard: s cancels. In float it is off by some ulps of (|a|+|b|)², which for near duplicates
   * dwarfs |a−b|², and distances that come out wrong or zero ruin every estimator that takes their
   * logarithm. Hence the third filter, and a limit of the k-th best distance plus a bound of the
   * rounding error: with u = 2^-24 and w coordinates, the product errs by at most w·u·2|a||b| to
   * first order, the coordinates, rounded once, by 2u(|a|+|b|)², sums and limits by as much again:
   * together less than (w+10)·u·(|a|+|b|)².
   *
   * A query measures about k·ln(n/k) pairs again. On clusters tighter than the bound whole
   * clusters pass: slow, still exact.
   *
   * In parts: the leaves are dealt out to ranges, as many as parts; a part takes a range with
   * itself, with those that follow it up to half way round, and half of the one opposite. Each part
   * has lists of its own for every range it touches, which would be filled from nothing, so the
   * parts are told bounds first: those of a leaf's points among NEAREST leaves.
   */
  private static final int LEAF = 256;
  private static final int ROWS = 8;
  private static final int NEAREST = 3;
  private static final double UNIT_ROUNDOFF = 0x1p-24;
  private static final float NEVER = 1e35f;
  private static final float ALWAYS = 1e30f;

  private final Points points;

  /** Where each point stood when it was given. */
  private final int[] rows;

  /** Where each leaf begins, and n. */
  private final int[] leaves;

  /** The first leaf of each range, and the number of leaves. */
  private final int[] ranges;

  private final int rank;
  private final int k;
  private transient SearchSpace space;

  private NeighbourSearch(
      Points points, int[] rows, int[] leaves, int[] ranges, int rank, int k, SearchSpace space) {
    this.points = points;
    this.rows = rows;
    this.leaves = leaves;
    this.ranges = ranges;
    this.rank = rank;
    this.k = k;
    this.space = space;
  }

  /**
   * The k nearest neighbours of every point among all others, on this thread.
   *
   * @param points finite values; exact duplicates are neighbours at distance zero
   * @param k 1 … n−1
   * @throws IllegalArgumentException if k is out of range
   */
  public static Neighbours search(Points points, int k) {
    return of(points, k, 1).all();
  }

  /**
   * Prepares a search.
   *
   * @param points finite values
   * @param k 1 … n−1
   * @param parts how many parts it is to be run in, 1 or more; there may come out fewer
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
    SearchOrder order = SearchOrder.of(space, n, LEAF, parts);
    return new NeighbourSearch(
        points.rows(order.rows()),
        order.rows(),
        order.leaves(),
        order.ranges(),
        rank,
        k,
        space.ordered(order.rows()));
  }

  /** How many parts it runs in. */
  public int parts() {
    return ranges.length - 1;
  }

  /** Runs every part here. */
  public Neighbours all() {
    PartialNeighbours[] lists = new PartialNeighbours[parts()];
    for (int part = 0; part < parts(); part++) {
      for (PartialNeighbours found : part(part, Optional.empty())) {
        int range = rangeOf(found.from());
        lists[range] = lists[range] == null ? found : lists[range].merge(found);
      }
    }
    return join(Arrays.asList(lists));
  }

  /**
   * Bounds the k-th distances of a range of points by those to the points of the leaves that lie
   * nearest. A part that knows them leaves out most of what it would measure in vain.
   *
   * @param range 0 … {@link #parts} − 1
   * @return squared, in the order of the search; those of all ranges, one after another, are what
   *     {@link #part} takes
   */
  public double[] bounds(int range) {
    return new Run(range, Optional.empty()).bounds();
  }

  /**
   * Runs a part.
   *
   * @param part 0 … {@link #parts} − 1
   * @param bounds of all points, where they are known
   * @return what it found, a range each
   */
  public List<PartialNeighbours> part(int part, Optional<double[]> bounds) {
    return new Run(part, bounds).execute();
  }

  /**
   * Joins the ranges, each merged over all parts.
   *
   * @return the neighbours of the points in the order in which they were given
   */
  public Neighbours join(List<PartialNeighbours> merged) {
    int n = points.count();
    int[] indices = new int[Math.multiplyExact(n, k)];
    double[] distances = new double[indices.length];
    int joined = 0;
    for (PartialNeighbours range : merged) {
      range.copyTo(rows, indices, distances);
      joined += range.count();
    }
    if (joined != n) {
      throw new IllegalArgumentException(
          String.format("neighbours of %d points are not those of all %d", joined, n));
    }
    return new Neighbours(n, k, indices, distances);
  }

  private int rangeOf(int row) {
    int range = 0;
    while (leaves[ranges[range + 1]] <= row) {
      range++;
    }
    return range;
  }

  /** The coordinates, computed where they are needed: they are as large as the points. */
  private synchronized SearchSpace space() {
    if (space == null) {
      space =
          rank < points.dimension()
              ? SearchSpace.of(points, PrincipalComponents.of(points), rank)
              : SearchSpace.of(points);
    }
    return space;
  }

  /** One part under way. */
  private final class Run {
    private final int part;
    private final Optional<double[]> bounds;
    private final int width;
    private final float[] coordinates;
    private final float[] lengths;
    private final float[] squares;
    private final double scale;
    private final PartialNeighbours[] lists = new PartialNeighbours[parts()];
    private final LeafBoxes boxes;

    /** Of each leaf the largest scaled squared distance to a k-th neighbour so far. */
    private final double[] leafWorst = new double[leaves.length - 1];

    private final float[] product = new float[LEAF * LEAF];
    private final float[] row = new float[LEAF];
    private final float[] passes = new float[LEAF];
    private final float[] rowSquares = new float[LEAF];
    private final float[] rowLimits = new float[LEAF];
    private final float[] columnSquares = new float[LEAF];
    private final float[] minusColumnLimits = new float[LEAF];
    private final double[] rowSlack = new double[LEAF];
    private final double[] columnSlack = new double[LEAF];

    Run(int part, Optional<double[]> bounds) {
      this.part = part;
      this.bounds = bounds;
      SearchSpace coordinatesOfAll = space();
      width = coordinatesOfAll.width();
      coordinates = coordinatesOfAll.coordinates();
      lengths = coordinatesOfAll.lengths();
      squares = coordinatesOfAll.squares();
      scale = coordinatesOfAll.scale();
      boxes = new LeafBoxes(coordinatesOfAll, leaves);
      Arrays.fill(leafWorst, Double.POSITIVE_INFINITY);
    }

    List<PartialNeighbours> execute() {
      LeafPairs pairs = leafPairs();
      pairs.sortByGap();
      for (int p = 0; p < pairs.count(); p++) {
        int a = pairs.first(p);
        int b = pairs.second(p);
        double reach = boxes.reach(a) + boxes.reach(b);
        double slack = (width + 10) * UNIT_ROUNDOFF * reach * reach + Float.MIN_NORMAL;
        if (pairs.gap(p) - slack <= Math.max(leafWorst[a], leafWorst[b])) {
          meet(a, b, a != b);
        }
      }
      List<PartialNeighbours> found = new ArrayList<>();
      for (PartialNeighbours list : lists) {
        if (list != null) {
          found.add(list);
        }
      }
      return found;
    }

    private LeafPairs leafPairs() {
      LeafPairs pairs = new LeafPairs(boxes);
      int count = parts();
      open(part);
      pairs.addWithin(ranges[part], ranges[part + 1]);
      for (int step = 1; 2 * step < count; step++) {
        addAcross(pairs, part, (part + step) % count, 0, 1);
      }
      if (count % 2 == 0) {
        boolean ahead = part < count / 2;
        int opposite = (part + count / 2) % count;
        addAcross(pairs, ahead ? part : opposite, ahead ? opposite : part, ahead ? 0 : 1, 2);
      }
      return pairs;
    }

    /** Adds the leaves of a range, of every {@code step} that at {@code first}, with another's. */
    private void addAcross(LeafPairs pairs, int range, int other, int first, int step) {
      open(range);
      open(other);
      for (int a = ranges[range] + first; a < ranges[range + 1]; a += step) {
        pairs.addWith(a, ranges[other], ranges[other + 1]);
      }
    }

    private void open(int range) {
      if (lists[range] == null) {
        int from = leaves[ranges[range]];
        PartialNeighbours opened = new PartialNeighbours(from, leaves[ranges[range + 1]] - from, k);
        lists[range] = opened;
        if (bounds.isPresent()) {
          opened.bound(bounds.get());
          for (int leaf = ranges[range]; leaf < ranges[range + 1]; leaf++) {
            leafWorst[leaf] = worst(leaf, opened);
          }
        }
      }
    }

    double[] bounds() {
      open(part);
      for (int a = ranges[part]; a < ranges[part + 1]; a++) {
        LeafPairs pairs = new LeafPairs(boxes);
        pairs.addWith(a, 0, leaves.length - 1);
        pairs.sortByGap();
        meet(a, a, false);
        for (int p = 0; p < Math.min(NEAREST, pairs.count()); p++) {
          if (pairs.second(p) != a) {
            meet(a, pairs.second(p), false);
          }
        }
      }
      PartialNeighbours found = lists[part];
      return IntStream.range(found.from(), found.from() + found.count())
          .mapToDouble(found::worst)
          .toArray();
    }

    /**
     * Every point of one leaf with every point of another, or with all others of the same.
     *
     * @param both whether the other's points look for neighbours, too
     */
    private void meet(int a, int b, boolean both) {
      int height = leaves[a + 1] - leaves[a];
      int breadth = leaves[b + 1] - leaves[b];
      PartialNeighbours rowLists = lists[rangeOf(leaves[a])];
      PartialNeighbours columnLists = both ? lists[rangeOf(leaves[b])] : rowLists;
      loadSquares(a, rowSquares);
      Arrays.fill(rowLimits, -NEVER);
      loadLimits(a, rowLists, boxes.reach(b), rowLimits, rowSlack);
      loadSquares(b, columnSquares);
      Arrays.fill(minusColumnLimits, NEVER);
      if (both) {
        loadLimits(b, columnLists, boxes.reach(a), minusColumnLimits, columnSlack);
        for (int c = 0; c < breadth; c++) {
          minusColumnLimits[c] = -minusColumnLimits[c];
        }
      }
      Matrix.of(product, 0, height, breadth, LEAF)
          .multiply(
              -2,
              Matrix.of(coordinates, leaves[a] * width, height, width),
              Matrix.of(coordinates, leaves[b] * width, breadth, width).transposed(),
              0);
      for (int first = 0; first < height; first += ROWS) {
        fold(first);
        for (int column = 0; column < breadth; column++) {
          if (passes[column] > 0) {
            settle(a, b, first, Math.min(first + ROWS, height), column, rowLists, columnLists);
          }
        }
      }
      leafWorst[a] = worst(a, rowLists);
      if (both) {
        leafWorst[b] = worst(b, columnLists);
      }
    }

    private void loadSquares(int leaf, float[] leafSquares) {
      int count = leaves[leaf + 1] - leaves[leaf];
      System.arraycopy(squares, leaves[leaf], leafSquares, 0, count);
      Arrays.fill(leafSquares, count, LEAF, NEVER);
    }

    private void loadLimits(
        int leaf, PartialNeighbours leafLists, double reach, float[] limits, double[] slack) {
      int from = leaves[leaf];
      for (int i = 0; i < leaves[leaf + 1] - from; i++) {
        double sum = lengths[from + i] + reach;
        slack[i] = (width + 10) * UNIT_ROUNDOFF * sum * sum - squares[from + i];
        limits[i] = limit(leafLists.worst(from + i), slack[i]);
      }
    }

    private float limit(double worst, double slack) {
      // A little more, so that pairs at the limit are below it even where all is zero.
      return (float) Math.min(worst * scale * scale + slack, ALWAYS) + Float.MIN_NORMAL;
    }

    private double worst(int leaf, PartialNeighbours leafLists) {
      double worst = 0;
      for (int i = leaves[leaf]; i < leaves[leaf + 1]; i++) {
        worst = Math.max(worst, leafLists.worst(i));
      }
      return worst * scale * scale;
    }

    /** Of ROWS rows, for each column: more than zero if a pair passes. */
    private void fold(int first) {
      Arrays.fill(passes, 0);
      for (int r = first; r < first + ROWS; r++) {
        System.arraycopy(product, r * LEAF, row, 0, LEAF);
        NegativeParts.add(row, columnSquares, -rowLimits[r], passes);
        NegativeParts.add(row, minusColumnLimits, rowSquares[r], passes);
      }
    }

    /** Measures what passes of a column over some rows, for one or both of the two points. */
    private void settle(
        int a,
        int b,
        int fromRow,
        int toRow,
        int column,
        PartialNeighbours rowLists,
        PartialNeighbours columnLists) {
      int j = leaves[b] + column;
      for (int r = fromRow; r < toRow; r++) {
        int i = leaves[a] + r;
        float common = product[r * LEAF + column];
        boolean forRow = common + columnSquares[column] <= rowLimits[r] && i != j;
        boolean forColumn = common + rowSquares[r] <= -minusColumnLimits[column];
        if (forRow || forColumn) {
          double squared = points.squaredDistance(i, j);
          if (forRow) {
            rowLists.offer(i, squared, rows[j]);
            rowLimits[r] = limit(rowLists.worst(i), rowSlack[r]);
          }
          if (forColumn) {
            columnLists.offer(j, squared, rows[i]);
            minusColumnLimits[column] = -limit(columnLists.worst(j), columnSlack[column]);
          }
        }
      }
    }
  }
}
