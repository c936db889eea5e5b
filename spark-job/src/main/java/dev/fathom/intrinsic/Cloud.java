// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

import dev.fathom.intrinsic.neighbours.NeighbourSearch;
import dev.fathom.intrinsic.neighbours.Neighbours;
import dev.fathom.intrinsic.points.Points;
import dev.fathom.intrinsic.points.PrincipalComponents;
import java.util.Optional;

/** The input of an estimator: distinct finite points in random order, with their neighbours. */
final class Cloud {
  private final Points points;
  private final long seed;
  private Neighbours neighbours;
  private Optional<PrincipalComponents> components = Optional.empty();
  private Optional<double[][]> localVariances = Optional.empty();

  private Cloud(Points points, Neighbours neighbours, long seed) {
    this.points = points;
    this.neighbours = neighbours;
    this.seed = seed;
  }

  /**
   * Makes a cloud whose neighbours are known.
   *
   * @param points distinct finite points, in random order
   */
  static Cloud of(Points points, Neighbours neighbours, long seed) {
    return new Cloud(points, neighbours, seed);
  }

  /**
   * Makes a cloud of the points {@code [from, to)}; their neighbours are searched among these
   * points only.
   */
  Cloud part(int from, int to, int k) {
    return among(points.range(from, to), k);
  }

  /** Makes a cloud of these points; their neighbours are searched among these points only. */
  Cloud rows(int[] rows, int k) {
    return among(points.rows(rows), k);
  }

  private Cloud among(Points part, int k) {
    return new Cloud(part, NeighbourSearch.search(part, k), seed);
  }

  /** Makes a cloud of the first {@code most} points, or returns this one if it has no more. */
  Cloud first(int most, int k) {
    return points.count() <= most ? this : part(0, most, k);
  }

  Points points() {
    return points;
  }

  int count() {
    return points.count();
  }

  /** The seed of an estimator's random choices. */
  long seed() {
    return seed;
  }

  /** At least k neighbours of every point. The search is repeated if fewer are known. */
  Neighbours neighbours(int k) {
    if (neighbours.k() < k) {
      neighbours = NeighbourSearch.search(points, k);
    }
    return neighbours;
  }

  PrincipalComponents components() {
    if (components.isEmpty()) {
      components = Optional.of(PrincipalComponents.of(points));
    }
    return components.get();
  }

  /** The {@link LocalPca#variances}, computed once for all estimators that use them. */
  double[][] localVariances() {
    if (localVariances.isEmpty()) {
      localVariances = Optional.of(LocalPca.variances(this));
    }
    return localVariances.get();
  }
}
