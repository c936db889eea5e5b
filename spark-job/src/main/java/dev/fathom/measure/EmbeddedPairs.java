// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.measure;

import dev.fathom.evaluate.PairedEmbeddings;
import dev.fathom.evaluate.Retrieval;
import java.util.List;
import java.util.Objects;

/**
 * Embeddings to measure.
 *
 * @param x n × dimension, row-major
 * @param y likewise; row i belongs to row i of x
 * @param labels one a pair, null where a pair has none
 */
public record EmbeddedPairs(float[] x, float[] y, int dimension, List<String> labels) {

  /** The same, checked. */
  public PairedEmbeddings paired() {
    return PairedEmbeddings.of(x, y, labels.size(), dimension);
  }

  /** Retrieval, with the match of labels where every pair has one. */
  public Retrieval retrieval(long seed) {
    return labels.stream().allMatch(Objects::nonNull)
        ? Retrieval.of(paired(), labels, seed)
        : Retrieval.of(paired(), seed);
  }
}
