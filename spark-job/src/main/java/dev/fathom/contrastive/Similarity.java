// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.contrastive;

import java.io.Serializable;

/**
 * How an encoder's outputs become similarities: the outputs become embeddings, and the similarity
 * of two embeddings is their inner product divided by a norm of each side.
 *
 * <p>Besides the rows of pairs there may be rows of a separate sample; {@link PopulationNorm} takes
 * its norm from them, {@link Cosine} needs none. The rows of a batch may be processed in parts,
 * which share only the sum of the sample's lengths.
 */
public sealed interface Similarity extends Serializable permits Cosine, PopulationNorm {

  /** Number of rows of the separate sample that a training batch needs besides the pairs. */
  int sampleRows();

  /**
   * Turns outputs into embeddings.
   *
   * @param embedding batch × dimension; receives the part's rows
   * @return the sum of the sample's lengths, or 0 if the similarity needs no sample
   */
  double forward(Outputs outputs, float[] embedding);

  /**
   * The number that inner products with this side's embeddings are divided by.
   *
   * @param lengths sum of the lengths of the whole sample
   * @param sample number of rows of the whole sample
   */
  double norm(double lengths, int sample);

  /**
   * Turns gradients with respect to the embeddings into gradients with respect to the outputs.
   *
   * @param outputs the outputs as {@link #forward} left them
   * @param embedding the embeddings that {@link #forward} made
   * @param gradient ∂L/∂embedding, laid out like {@code embedding}
   * @param lengthGradient ∂L/∂length of each row of the sample
   */
  void backward(Outputs outputs, float[] embedding, float[] gradient, double lengthGradient);

  /**
   * Turns a finished model's outputs into embeddings, in place.
   *
   * @param outputs rows × dimension, row-major
   * @param norm mean length of the model's outputs on its training pairs
   */
  void embed(float[] outputs, int dimension, float norm);
}
