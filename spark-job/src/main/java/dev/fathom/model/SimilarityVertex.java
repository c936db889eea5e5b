// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.model;

import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.L2NormalizeVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;

/** The vertex that turns outputs into embeddings in a DL4J graph. */
final class SimilarityVertex {
  private SimilarityVertex() {}

  /**
   * Returns the vertex of a similarity.
   *
   * @param norm mean length of the outputs
   */
  static GraphVertex of(SimilarityKind similarity, double norm) {
    return switch (similarity) {
      case COSINE -> new L2NormalizeVertex();
      case POPULATION_NORM -> new ScaleVertex(1 / norm);
    };
  }
}
