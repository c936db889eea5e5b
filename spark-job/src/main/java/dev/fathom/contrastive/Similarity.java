// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.contrastive;

import java.io.Serializable;

/**
 * How outputs of an encoder become similarities: they become embeddings, and the similarity is the
 * inner product of two embeddings over a norm of each side.
 *
 * <p>Beside rows of pairs there may be rows of a separate sample, which {@link PopulationNorm}
 * takes its norm from and {@link Cosine} does without. The rows of a batch may be treated in parts;
 * the parts share only the sum of the sample's lengths.
 */
public sealed interface Similarity extends Serializable permits Cosine, PopulationNorm {

  /** Rows of the separate sample that a training batch needs beside the pairs. */
  int sampleRows();

  /**
   * Turns outputs into embeddings.
   *
   * @param embedding batch × dimension; receives the part's rows
   * @return the sum of the sample's lengths, 0 where none is needed
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
   * Turns gradients with respect to the embeddings into those with respect to the outputs.
   *
   * @param outputs as {@link #forward} left them
   * @param embedding the embeddings that {@link #forward} made
   * @param gradient ∂L/∂embedding, laid out like it
   * @param lengthGradient ∂L/∂length of each row of the sample
   */
  void backward(Outputs outputs, float[] embedding, float[] gradient, double lengthGradient);

  /**
   * Turns outputs of a finished model into embeddings, in place.
   *
   * @param outputs rows × dimension, row-major
   * @param norm mean length of the outputs that the model was trained on
   */
  void embed(float[] outputs, int dimension, float norm);
}
