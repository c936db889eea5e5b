// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.search;

import java.util.List;
import java.util.Optional;

/**
 * What {@link Search} found.
 *
 * @param query as it was given
 * @param searched the side, {@code x} or {@code y}
 * @param embeddings how many there are
 * @param hits the most similar first
 */
public record SearchResult(String query, String searched, long embeddings, List<Hit> hits) {

  /**
   * A pair that was found.
   *
   * @param rank from 1
   * @param similarity of its side's embedding to the query's: under cosine −1 to 1
   * @param key what names the pair
   * @param split that it is of
   * @param label its class
   * @param x what to show a person for its first side: a path or a caption
   * @param y likewise for its second side
   */
  public record Hit(
      int rank,
      double similarity,
      String key,
      String split,
      Optional<String> label,
      Optional<String> x,
      Optional<String> y) {}
}
