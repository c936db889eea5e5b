// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.search;

import java.util.List;
import java.util.Optional;

/**
 * The result of {@link Search}.
 *
 * @param query the query as it was given
 * @param searched the side that was searched, {@code x} or {@code y}
 * @param embeddings number of embeddings searched
 * @param hits the results, the most similar first
 */
public record SearchResult(String query, String searched, long embeddings, List<Hit> hits) {

  /**
   * A pair in the result.
   *
   * @param rank rank of the pair, from 1
   * @param similarity similarity of the searched side's embedding to the query's: under cosine −1
   *     to 1
   * @param key the pair's key
   * @param split the pair's split
   * @param label the pair's class
   * @param x text that describes the first side for a person: a path or a caption
   * @param y text that describes the second side for a person: a path or a caption
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
