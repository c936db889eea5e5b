// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic.neighbours;

import dev.fathom.intrinsic.points.Points;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/** Runs a part of a search: decides which leaves are compared, and in which order. */
final class SearchPart {

  /*
   * The leaves are dealt out to ranges, as many as parts; a part takes a range with itself, with
   * those that follow it up to half way round, and half of the one opposite. Each part has lists of
   * its own for every range it touches, which would be filled from nothing, so the parts are told
   * bounds first: those of a leaf's points among NEAREST leaves.
   */
  private static final int NEAREST = 3;

  private final SearchSpace space;
  private final SearchOrder order;
  private final int k;
  private final double[] bounds;
  private final LeafBoxes boxes;
  private final LeafMeeting meeting;
  private final PartialNeighbours[] lists;

  /** For each leaf, the largest scaled squared distance to a k-th neighbour so far. */
  private final double[] leafWorst;

  /**
   * Prepares a part of a search for k neighbours.
   *
   * @param bounds bounds of the squared distance to the k-th neighbour of each point, or empty
   */
  SearchPart(Points points, SearchSpace space, SearchOrder order, int k, double[] bounds) {
    this.space = space;
    this.order = order;
    this.k = k;
    this.bounds = bounds;
    boxes = new LeafBoxes(space, order.leaves());
    meeting = new LeafMeeting(points, space, order, boxes);
    lists = new PartialNeighbours[order.rangeCount()];
    leafWorst = new double[order.leafCount()];
  }

  /** Searches the leaves of a part, and returns the neighbours found for each range. */
  List<PartialNeighbours> execute(int part) {
    LeafPairs pairs = leafPairs(part);
    pairs.sortByGap();
    for (int p = 0; p < pairs.count(); p++) {
      int a = pairs.first(p);
      int b = pairs.second(p);
      double slack = space.roundingError(boxes.reach(a) + boxes.reach(b)) + Float.MIN_NORMAL;
      if (pairs.gap(p) - slack <= Math.max(leafWorst[a], leafWorst[b])) {
        if (a == b) {
          meeting.oneWay(a, listsOf(a), a);
        } else {
          meeting.bothWays(a, listsOf(a), b, listsOf(b));
          leafWorst[b] = worst(b);
        }
        leafWorst[a] = worst(a);
      }
    }
    return Arrays.stream(lists).filter(Objects::nonNull).toList();
  }

  private LeafPairs leafPairs(int part) {
    LeafPairs pairs = new LeafPairs(boxes);
    int count = order.rangeCount();
    open(part);
    pairs.addWithin(order.ranges()[part], order.ranges()[part + 1]);
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

  /**
   * Adds every {@code step}-th leaf of a range, from {@code first} on, with the leaves of another
   * range.
   */
  private void addAcross(LeafPairs pairs, int range, int other, int first, int step) {
    open(range);
    open(other);
    int[] ranges = order.ranges();
    for (int a = ranges[range] + first; a < ranges[range + 1]; a += step) {
      pairs.addWith(a, ranges[other], ranges[other + 1]);
    }
  }

  private void open(int range) {
    if (lists[range] == null) {
      int from = order.firstRow(range);
      lists[range] = new PartialNeighbours(from, order.firstRow(range + 1) - from, k);
      if (bounds.length > 0) {
        lists[range].bound(bounds);
      }
      for (int leaf = order.ranges()[range]; leaf < order.ranges()[range + 1]; leaf++) {
        leafWorst[leaf] = worst(leaf);
      }
    }
  }

  /** Bounds the squared distances to the k-th neighbours of a range. */
  double[] bounds(int range) {
    open(range);
    for (int a = order.ranges()[range]; a < order.ranges()[range + 1]; a++) {
      LeafPairs pairs = new LeafPairs(boxes);
      pairs.addWith(a, 0, order.leafCount());
      pairs.sortByGap();
      meeting.oneWay(a, lists[range], a);
      for (int p = 0; p < Math.min(NEAREST, pairs.count()); p++) {
        if (pairs.second(p) != a) {
          meeting.oneWay(a, lists[range], pairs.second(p));
        }
      }
    }
    int from = lists[range].from();
    return IntStream.range(from, from + lists[range].count())
        .mapToDouble(lists[range]::worst)
        .toArray();
  }

  private PartialNeighbours listsOf(int leaf) {
    return lists[order.rangeOf(order.leaves()[leaf])];
  }

  private double worst(int leaf) {
    PartialNeighbours leafLists = listsOf(leaf);
    double worst = 0;
    for (int i = order.leaves()[leaf]; i < order.leaves()[leaf + 1]; i++) {
      worst = Math.max(worst, leafLists.worst(i));
    }
    return worst * space.scale() * space.scale();
  }
}
