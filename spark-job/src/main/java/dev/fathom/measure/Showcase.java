// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.measure;

import dev.fathom.evaluate.RetrievalExamples.Query;
import dev.fathom.evaluate.SimilarityHistogram;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What a person looks at: queries with what they find, a map of the embeddings, how similar pairs
 * are.
 *
 * @param items what the queries ask and find, by their rows
 * @param xToY queries of x, empty where the sides cannot be compared
 * @param yToX queries of y
 * @param pairs that are searched
 * @param map embeddings of x on a plane
 * @param mapShare of the variance that the plane holds
 * @param similarities of pairs and of what does not belong together
 */
public record Showcase(
    Map<Integer, Item> items,
    List<Query> xToY,
    List<Query> yToX,
    int pairs,
    List<Place> map,
    double mapShare,
    Optional<SimilarityHistogram> similarities) {

  /**
   * A pair to show.
   *
   * @param key that names it
   * @param x its first side
   * @param y its second side
   */
  public record Item(String key, Shown x, Shown y) {}

  /**
   * One side of a pair.
   *
   * @param text caption, name or key
   * @param picture a data URI, empty where there is none
   */
  public record Shown(String text, String picture) {}

  /**
   * A point of the map.
   *
   * @param first along the first principal axis
   * @param second along the second
   * @param text what it is
   * @param label its class, blank for none
   * @param dimension around it, empty where it was not measured
   */
  public record Place(
      double first, double second, String text, String label, OptionalDouble dimension) {}
}
