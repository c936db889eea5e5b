// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.testing;

import dev.fathom.contrastive.Cosine;
import dev.fathom.contrastive.Similarity;

/** How outputs become embeddings, in double precision: what both similarities are held to. */
public final class SimilarityReference {
  private SimilarityReference() {}

  /**
   * The embeddings of the first {@code batch} rows.
   *
   * @param output (batch + sample rows) × dimension, no row of length 0
   */
  public static double[] embedding(
      Similarity similarity, double[] output, int batch, int dimension) {
    double[] embedding = new double[batch * dimension];
    double mean = 0;
    for (int p = batch; p < batch + similarity.sampleRows(); p++) {
      mean += length(output, p, dimension) / similarity.sampleRows();
    }
    for (int i = 0; i < batch; i++) {
      double norm = similarity instanceof Cosine ? length(output, i, dimension) : mean;
      for (int c = i * dimension; c < (i + 1) * dimension; c++) {
        embedding[c] = output[c] / norm;
      }
    }
    return embedding;
  }

  /** The length of a row. */
  public static double length(double[] output, int row, int dimension) {
    double sum = 0;
    for (int c = row * dimension; c < (row + 1) * dimension; c++) {
      sum += output[c] * output[c];
    }
    return Math.sqrt(sum);
  }
}
