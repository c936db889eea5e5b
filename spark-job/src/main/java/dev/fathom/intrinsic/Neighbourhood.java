// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

import dev.fathom.intrinsic.neighbours.Neighbours;
import dev.fathom.intrinsic.points.Points;

/**
 * The neighbours of one point as vectors from a centre, in double precision. An instance is reused
 * from point to point.
 */
final class Neighbourhood {
  private final Points points;
  private final Neighbours neighbours;
  private final int k;
  private final int dimension;
  private final double[] vectors;

  /**
   * Creates room for k neighbours of a point.
   *
   * @param neighbours k or more for each point
   */
  Neighbourhood(Points points, Neighbours neighbours, int k) {
    this.points = points;
    this.neighbours = neighbours;
    this.k = k;
    dimension = points.dimension();
    vectors = new double[k * dimension];
  }

  /** The vectors from the point itself to each of its neighbours, k × d. */
  double[] fromPoint(int i) {
    for (int j = 0; j < k; j++) {
      int neighbour = neighbours.index(i, j + 1);
      for (int c = 0; c < dimension; c++) {
        vectors[j * dimension + c] = (double) points.value(neighbour, c) - points.value(i, c);
      }
    }
    return vectors;
  }

  /** The vectors from the mean of the neighbours to each of them, k × d. */
  double[] fromMean(int i) {
    double[] offsets = fromPoint(i);
    for (int c = 0; c < dimension; c++) {
      double mean = 0;
      for (int j = 0; j < k; j++) {
        mean += offsets[j * dimension + c];
      }
      mean /= k;
      for (int j = 0; j < k; j++) {
        offsets[j * dimension + c] -= mean;
      }
    }
    return offsets;
  }
}
