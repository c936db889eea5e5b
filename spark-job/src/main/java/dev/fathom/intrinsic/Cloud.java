// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

import dev.fathom.intrinsic.neighbours.NeighbourSearch;
import dev.fathom.intrinsic.neighbours.Neighbours;
import dev.fathom.intrinsic.points.Points;
import dev.fathom.intrinsic.points.PrincipalComponents;
import java.util.Optional;

/**
 * What an estimator looks at: distinct finite points in random order, and what is known of them.
 */
final class Cloud {
  private final Points points;
  private final long seed;
  private Neighbours neighbours;
  private Optional<PrincipalComponents> components = Optional.empty();

  private Cloud(Points points, Neighbours neighbours, long seed) {
    this.points = points;
    this.neighbours = neighbours;
    this.seed = seed;
  }

  /**
   * A cloud whose neighbours are known.
   *
   * @param points distinct, finite, in random order
   */
  static Cloud of(Points points, Neighbours neighbours, long seed) {
    return new Cloud(points, neighbours, seed);
  }

  /** A cloud of the points {@code [from, to)}, whose neighbours are searched among them. */
  Cloud part(int from, int to, int k) {
    Points part = points.range(from, to);
    return new Cloud(part, NeighbourSearch.search(part, k), seed);
  }

  /** A cloud of the first points, which is this one where it has no more. */
  Cloud first(int most, int k) {
    return points.count() <= most ? this : part(0, most, k);
  }

  Points points() {
    return points;
  }

  int count() {
    return points.count();
  }

  /** Of the random choices of an estimator. */
  long seed() {
    return seed;
  }

  /** The neighbours of all points, k or more of each; searched again if so many are not known. */
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
}
