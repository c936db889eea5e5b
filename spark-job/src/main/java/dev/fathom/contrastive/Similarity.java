// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.contrastive;

import java.io.Serializable;

/**
 * How an encoder's outputs become similarities: inner products of the embeddings that are made of
 * them, over a norm of each side.
 *
 * <p>Outputs are rows of pairs followed by rows of a separate sample, which {@link PopulationNorm}
 * takes its norm from and {@link Cosine} does without. The rows of a batch may be treated in parts;
 * what all parts have to know of each other is the sum of the sample's lengths.
 */
public sealed interface Similarity extends Serializable permits Cosine, PopulationNorm {

  /** Rows of the separate sample that a training batch needs beside the pairs. */
  int sampleRows();

  /**
   * Turns outputs into embeddings.
   *
   * @param output (rows + sample) × dimension, row-major
   * @param embedding receives rows × dimension from row {@code first} on
   * @param norms receives one norm a row of the output, for the way back
   * @return the sum of the sample's lengths, 0 where none is needed
   */
  double forward(
      float[] output,
      int rows,
      int sample,
      int dimension,
      float[] embedding,
      int first,
      float[] norms);

  /**
   * Turns outputs of a finished model into embeddings, in place.
   *
   * @param outputs rows × dimension, row-major
   * @param norm mean length of the outputs that it was trained on
   */
  void embed(float[] outputs, int dimension, float norm);

  /**
   * What inner products with this side's embeddings are divided by.
   *
   * @param lengths the sum over the whole sample
   * @param sample rows of the whole sample
   */
  double norm(double lengths, int sample);

  /**
   * Turns gradients with respect to the embeddings into gradients with respect to the outputs.
   *
   * @param embedding what {@link #forward} gave, with the own rows from {@code first} on
   * @param gradient ∂L/∂embedding, laid out like it
   * @param lengthGradient ∂L/∂length of each row of the sample
   * @param outputGradient receives ∂L/∂output, (rows + sample) × dimension
   */
  void backward(
      float[] output,
      int rows,
      int sample,
      int dimension,
      float[] embedding,
      int first,
      float[] norms,
      float[] gradient,
      double lengthGradient,
      float[] outputGradient);
}
