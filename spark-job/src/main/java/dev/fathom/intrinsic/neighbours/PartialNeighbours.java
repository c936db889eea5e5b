// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic.neighbours;

import java.io.Serializable;
import java.util.Arrays;

/**
 * The nearest neighbours of a range of points among the points compared so far, as found by a part
 * of a {@link NeighbourSearch}. The results of several parts for the same range can be merged in
 * any order and give the same lists.
 */
public final class PartialNeighbours implements Serializable {
  private static final long serialVersionUID = 1;

  /** Up to this many neighbours, the place of another is found by a scan. */
  private static final int SCANNED = 32;

  private final int from;
  private final int count;
  private final int k;

  /** The k nearest neighbours so far of each point, sorted by (squared distance, index). */
  private final int[] indices;

  private final double[] squared;

  PartialNeighbours(int from, int count, int k) {
    this.from = from;
    this.count = count;
    this.k = k;
    indices = new int[Math.multiplyExact(count, k)];
    squared = new double[indices.length];
    Arrays.fill(indices, Integer.MAX_VALUE);
    Arrays.fill(squared, Double.POSITIVE_INFINITY);
  }

  /** Excludes neighbours beyond the known k-th distance of each point. */
  void bound(double[] squaredOfAll) {
    for (int i = 0; i < count; i++) {
      Arrays.fill(squared, i * k, (i + 1) * k, squaredOfAll[from + i]);
    }
  }

  /** The first point of the range, in the order of the search. */
  public int from() {
    return from;
  }

  int count() {
    return count;
  }

  /** The squared distance within which a point becomes one of the row's k nearest. */
  double worst(int row) {
    return squared[(row + 1 - from) * k - 1];
  }

  void offer(int row, double distance, int index) {
    int first = (row - from) * k;
    int last = first + k - 1;
    int position = k > SCANNED ? place(first, last + 1, distance, index) : last + 1;
    while (position > first && precedes(distance, index, position - 1)) {
      position--;
    }
    int moved = last - position;
    if (moved >= 0) {
      System.arraycopy(squared, position, squared, position + 1, moved);
      System.arraycopy(indices, position, indices, position + 1, moved);
      squared[position] = distance;
      indices[position] = index;
    }
  }

  /** The place of a neighbour among the places {@code [from, to)}, by bisection. */
  private int place(int from, int to, double distance, int index) {
    int low = from;
    int high = to;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (precedes(distance, index, middle)) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  private boolean precedes(double distance, int index, int position) {
    return distance < squared[position]
        || (distance == squared[position] && index < indices[position]);
  }

  /**
   * Merges the neighbours that another part found for the same range. The two parts must not have
   * compared the same pairs.
   *
   * @return this
   */
  public PartialNeighbours merge(PartialNeighbours other) {
    if (other.from != from || other.count != count || other.k != k) {
      throw new IllegalArgumentException(
          String.format(
              "%d neighbours of %d points from %d are not of the %d points from %d",
              other.k, other.count, other.from, count, from));
    }
    for (int row = from; row < from + count; row++) {
      for (int p = (row - from) * k;
          p < (row - from + 1) * k && other.indices[p] < Integer.MAX_VALUE;
          p++) {
        offer(row, other.squared[p], other.indices[p]);
      }
    }
    return this;
  }

  /** Copies the lists to the original order of the points. */
  void copyTo(int[] rows, int[] indicesOfAll, double[] distancesOfAll) {
    for (int i = 0; i < count; i++) {
      int target = rows[from + i] * k;
      for (int j = 0; j < k; j++) {
        indicesOfAll[target + j] = indices[i * k + j];
        distancesOfAll[target + j] = Math.sqrt(squared[i * k + j]);
      }
    }
  }
}
