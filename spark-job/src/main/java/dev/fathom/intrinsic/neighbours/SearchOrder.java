// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic.neighbours;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * An order of the points in which near points are next to each other.
 *
 * @param rows the points' rows in that order
 * @param leaves first point of each leaf in that order, and finally the number of points
 * @param ranges first leaf of each range, and finally the number of leaves
 */
record SearchOrder(int[] rows, int[] leaves, int[] ranges) implements Serializable {

  /** Largest number of points in a leaf. */
  static final int LEAF = 256;

  /**
   * Splits the points at medians along the coordinate that varies most, down to leaves. Deals the
   * leaves out to ranges in turn, so that all ranges are alike.
   */
  static SearchOrder of(SearchSpace space, int count, int ranges) {
    long[] keys = new long[count];
    Arrays.setAll(keys, i -> i);
    List<int[]> leaves = new ArrayList<>();
    split(space, keys, 0, count, leaves);
    int dealt = Math.max(1, Math.min(ranges, leaves.size()));
    int[] rows = new int[count];
    int[] starts = new int[leaves.size() + 1];
    int[] firsts = new int[dealt + 1];
    int row = 0;
    int next = 0;
    for (int range = 0; range < dealt; range++) {
      firsts[range] = next;
      for (int l = range; l < leaves.size(); l += dealt) {
        starts[next++] = row;
        for (int i = leaves.get(l)[0]; i < leaves.get(l)[1]; i++) {
          rows[row++] = (int) keys[i];
        }
      }
    }
    firsts[dealt] = next;
    starts[next] = row;
    return new SearchOrder(rows, starts, firsts);
  }

  int leafCount() {
    return leaves.length - 1;
  }

  int rangeCount() {
    return ranges.length - 1;
  }

  /** The first point of a range; n for the range after the last. */
  int firstRow(int range) {
    return leaves[ranges[range]];
  }

  /** The range of a point. */
  int rangeOf(int row) {
    int range = 0;
    while (firstRow(range + 1) <= row) {
      range++;
    }
    return range;
  }

  private static void split(SearchSpace space, long[] keys, int from, int to, List<int[]> leaves) {
    if (to - from <= LEAF) {
      leaves.add(new int[] {from, to});
      return;
    }
    int axis = widest(space, keys, from, to);
    for (int i = from; i < to; i++) {
      int row = (int) keys[i];
      keys[i] =
          ((long) sortable(space.coordinates()[row * space.width() + axis]) << Integer.SIZE) | row;
    }
    Arrays.sort(keys, from, to);
    int middle = (from + to) >>> 1;
    split(space, keys, from, middle, leaves);
    split(space, keys, middle, to, leaves);
  }

  /** An integer whose order is that of the floats. */
  private static int sortable(float value) {
    int bits = Float.floatToIntBits(value);
    return bits ^ ((bits >> (Integer.SIZE - 1)) & Integer.MAX_VALUE);
  }

  private static int widest(SearchSpace space, long[] keys, int from, int to) {
    int width = space.width();
    double[] sums = new double[width];
    double[] squares = new double[width];
    for (int i = from; i < to; i++) {
      int row = (int) keys[i] * width;
      for (int c = 0; c < width; c++) {
        double value = space.coordinates()[row + c];
        sums[c] += value;
        squares[c] += value * value;
      }
    }
    int widest = 0;
    double largest = -1;
    for (int c = 0; c < width; c++) {
      double variance = squares[c] - sums[c] * sums[c] / (to - from);
      if (variance > largest) {
        largest = variance;
        widest = c;
      }
    }
    return widest;
  }
}
