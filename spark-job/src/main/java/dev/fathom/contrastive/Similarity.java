// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.contrastive;

import java.io.Serializable;

/**
 * How an encoder's output becomes the embedding whose inner products are the similarities.
 *
 * <p>A batch is {@code batch} rows of pairs followed by {@code sample} rows of a separate sample,
 * which {@link PopulationNorm} takes its norm from and {@link Cosine} does without.
 */
public sealed interface Similarity extends Serializable permits Cosine, PopulationNorm {

  /** Rows of the separate sample that a training batch needs beside the pairs. */
  int sampleRows();

  /**
   * Turns outputs into embeddings.
   *
   * @param output (batch + sample) × dimension, row-major
   * @param embedding receives batch × dimension
   * @param norms receives one norm a row of the output, for the way back
   */
  void forward(
      float[] output, int batch, int sample, int dimension, float[] embedding, float[] norms);

  /**
   * Turns gradients with respect to the embeddings into gradients with respect to the outputs.
   *
   * @param embedding what {@link #forward} gave
   * @param gradient ∂L/∂embedding, batch × dimension
   * @param outputGradient receives ∂L/∂output, (batch + sample) × dimension
   */
  void backward(
      float[] output,
      int batch,
      int sample,
      int dimension,
      float[] embedding,
      float[] norms,
      float[] gradient,
      float[] outputGradient);
}
