// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.measure;

import dev.fathom.evaluate.RetrievalExamples.Query;
import dev.fathom.evaluate.SimilarityHistogram;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Examples for a person to look at: queries with their results, a map of the embeddings,
 * similarities of pairs.
 *
 * @param items the pairs that queries and results name, by their rows
 * @param xToY queries of x; empty if the sides cannot be compared
 * @param yToX queries of y; empty if the sides cannot be compared
 * @param pairs number of pairs that are searched
 * @param map embeddings of x on a plane
 * @param mapShare share of the variance that the plane holds
 * @param similarities similarities of pairs, and of x and y that do not belong together
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
   * @param key the pair's key
   * @param x the first side
   * @param y the second side
   */
  public record Item(String key, Shown x, Shown y) {}

  /**
   * One side of a pair.
   *
   * @param text caption, name or key
   * @param picture a data URI, empty if there is no picture
   */
  public record Shown(String text, String picture) {}

  /**
   * A point of the map.
   *
   * @param first coordinate along the first principal axis
   * @param second coordinate along the second principal axis
   * @param text caption, name or key
   * @param label the pair's class, blank for none
   * @param dimension dimension around the embedding, empty if it was not measured
   */
  public record Place(
      double first, double second, String text, String label, OptionalDouble dimension) {}
}
