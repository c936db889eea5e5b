// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.contrastive;

import dev.fathom.blas.VectorMath;

/** Embeddings of unit length: the inner product is the cosine. */
public record Cosine() implements Similarity {
  /*
   * u = f/‖f‖, so ∂L/∂f = (g − (g·u)·u)/‖f‖ with g = ∂L/∂u. An output of length 0 has no direction: its norm is taken as
   * the smallest one allowed, which leaves a zero embedding and a finite gradient.
   */

  private static final long serialVersionUID = 1L;
  static final float SMALLEST_NORM = 1e-12f;

  @Override
  public int sampleRows() {
    return 0;
  }

  @Override
  public double forward(Outputs outputs, float[] embedding) {
    float[] output = outputs.values;
    int dimension = outputs.dimension;
    for (int i = 0; i < outputs.rows; i++) {
      int from = i * dimension;
      int to = (outputs.first + i) * dimension;
      float norm = length(output, from, dimension);
      outputs.norms[i] = norm;
      for (int c = 0; c < dimension; c++) {
        embedding[to + c] = output[from + c] / norm;
      }
    }
    return 0;
  }

  /** The length of a row, but at least the smallest one allowed. */
  static float length(float[] output, int from, int dimension) {
    return Math.max(
        (float) Math.sqrt(VectorMath.dot(output, from, output, from, dimension)), SMALLEST_NORM);
  }

  @Override
  public double norm(double lengths, int sample) {
    return 1;
  }

  @Override
  public void backward(
      Outputs outputs, float[] embedding, float[] gradient, double lengthGradient) {
    float[] outputGradient = outputs.gradients;
    int dimension = outputs.dimension;
    for (int i = 0; i < outputs.rows; i++) {
      int from = (outputs.first + i) * dimension;
      int to = i * dimension;
      float along = (float) VectorMath.dot(gradient, from, embedding, from, dimension);
      float inverse = 1f / outputs.norms[i];
      for (int c = 0; c < dimension; c++) {
        outputGradient[to + c] = (gradient[from + c] - along * embedding[from + c]) * inverse;
      }
    }
  }

  @Override
  public void embed(float[] outputs, int dimension, float norm) {
    for (int from = 0; from < outputs.length; from += dimension) {
      float length = length(outputs, from, dimension);
      for (int c = from; c < from + dimension; c++) {
        outputs[c] /= length;
      }
    }
  }
}
