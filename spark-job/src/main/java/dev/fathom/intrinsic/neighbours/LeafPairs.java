// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic.neighbours;

import java.util.Arrays;

/** Pairs of leaves to search: each leaf with itself, and with others, the nearest pairs first. */
final class LeafPairs {

  /*
   * Sorted as longs: the gap, whose float bits rise with it as it is not negative, above the number
   * of the pair, which names its two leaves.
   */
  private static final int FIRST_CAPACITY = 64;

  private final LeafBoxes boxes;
  private int[] first = new int[FIRST_CAPACITY];
  private int[] second = new int[FIRST_CAPACITY];
  private float[] gaps = new float[FIRST_CAPACITY];
  private int count;
  private long[] order = new long[0];

  LeafPairs(LeafBoxes boxes) {
    this.boxes = boxes;
  }

  /** Adds every leaf of {@code [from, to)} with itself and with the leaves after it. */
  void addWithin(int from, int to) {
    for (int a = from; a < to; a++) {
      addWith(a, a, to);
    }
  }

  /** Adds a leaf with every leaf of {@code [from, to)}. */
  void addWith(int a, int from, int to) {
    for (int b = from; b < to; b++) {
      if (count == first.length) {
        first = Arrays.copyOf(first, 2 * count);
        second = Arrays.copyOf(second, 2 * count);
        gaps = Arrays.copyOf(gaps, 2 * count);
      }
      first[count] = a;
      second[count] = b;
      gaps[count++] = boxes.gap(a, b);
    }
  }

  void sortByGap() {
    order = new long[count];
    for (int p = 0; p < count; p++) {
      long gap = first[p] == second[p] ? 0 : Float.floatToIntBits(gaps[p]) + 1L;
      order[p] = (gap << Integer.SIZE) | p;
    }
    Arrays.sort(order);
  }

  int count() {
    return count;
  }

  /** One leaf of the p-th nearest pair. */
  int first(int p) {
    return first[(int) order[p]];
  }

  /** The other leaf of the p-th nearest pair. */
  int second(int p) {
    return second[(int) order[p]];
  }

  /** The squared distance between the two boxes of the p-th nearest pair. */
  float gap(int p) {
    return gaps[(int) order[p]];
  }
}
