// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic.neighbours;

import java.io.Serializable;

/**
 * The k nearest neighbours of every point, nearest first; a point is never its own neighbour. Equal
 * distances are in the order of the points' indices.
 */
public final class Neighbours implements Serializable {
  private static final long serialVersionUID = 1;

  private final int count;
  private final int k;
  private final int[] indices;
  private final double[] distances;

  /**
   * @param indices n × k rows of the points; owned by this object
   * @param distances n × k Euclidean distances, ascending in each row; owned by this object
   */
  Neighbours(int count, int k, int[] indices, double[] distances) {
    this.count = count;
    this.k = k;
    this.indices = indices;
    this.distances = distances;
  }

  /** n, the number of points. */
  public int count() {
    return count;
  }

  /** The number of neighbours of each point. */
  public int k() {
    return k;
  }

  /** The row of point {@code i}'s neighbour of rank {@code j}, 1 … k. */
  public int index(int i, int j) {
    return indices[i * k + j - 1];
  }

  /** The Euclidean distance T_j from point {@code i} to its neighbour of rank {@code j}, 1 … k. */
  public double distance(int i, int j) {
    return distances[i * k + j - 1];
  }
}
