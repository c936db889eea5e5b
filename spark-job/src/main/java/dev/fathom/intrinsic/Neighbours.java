// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

import java.io.Serializable;
import java.util.List;

/**
 * The k nearest neighbours of a range of query points, nearest first, a point never its own
 * neighbour. Equal distances stand in the order of their indices.
 */
public final class Neighbours implements Serializable {
  private static final long serialVersionUID = 1;

  private final int from;
  private final int queries;
  private final int k;
  private final int[] indices;
  private final double[] distances;

  /**
   * @param from the row of the first query
   * @param indices queries × k rows of the reference points; owned
   * @param distances queries × k Euclidean distances, ascending in each row; owned
   */
  Neighbours(int from, int queries, int k, int[] indices, double[] distances) {
    this.from = from;
    this.queries = queries;
    this.k = k;
    this.indices = indices;
    this.distances = distances;
  }

  /** The row of the first query among the points. */
  public int from() {
    return from;
  }

  /** How many queries, from {@link #from} on. */
  public int queries() {
    return queries;
  }

  /** How many neighbours each query has. */
  public int k() {
    return k;
  }

  /** The row of a neighbour: query {@code i} of this range, rank {@code j} in 1 … k. */
  public int index(int i, int j) {
    return indices[i * k + j - 1];
  }

  /** T_j, the Euclidean distance to a neighbour: query {@code i} of this range, rank in 1 … k. */
  public double distance(int i, int j) {
    return distances[i * k + j - 1];
  }

  /**
   * Joins the ranges that several searches over the same points have covered.
   *
   * @param ranges in the order of their queries, each beginning where the one before ends
   * @throws IllegalArgumentException if there is none, a gap, an overlap or a different k
   */
  public static Neighbours concatenate(List<Neighbours> ranges) {
    if (ranges.isEmpty()) {
      throw new IllegalArgumentException("no ranges of neighbours to concatenate");
    }
    int k = ranges.get(0).k;
    int from = ranges.get(0).from;
    int next = from;
    for (Neighbours range : ranges) {
      if (range.from != next || range.k != k) {
        throw new IllegalArgumentException(
            String.format(
                "expected %d neighbours of queries from %d, got %d of queries from %d",
                k, next, range.k, range.from));
      }
      next += range.queries;
    }
    int[] indices = new int[(next - from) * k];
    double[] distances = new double[(next - from) * k];
    for (Neighbours range : ranges) {
      int offset = (range.from - from) * k;
      System.arraycopy(range.indices, 0, indices, offset, range.indices.length);
      System.arraycopy(range.distances, 0, distances, offset, range.distances.length);
    }
    return new Neighbours(from, next - from, k, indices, distances);
  }
}
