// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.contrastive;

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
  public void forward(
      float[] output, int batch, int sample, int dimension, float[] embedding, float[] norms) {
    for (int i = 0; i < batch; i++) {
      int row = i * dimension;
      float norm =
          Math.max(
              (float) Math.sqrt(VectorMath.dot(output, row, output, row, dimension)),
              SMALLEST_NORM);
      norms[i] = norm;
      for (int c = row; c < row + dimension; c++) {
        embedding[c] = output[c] / norm;
      }
    }
  }

  @Override
  public void backward(
      float[] output,
      int batch,
      int sample,
      int dimension,
      float[] embedding,
      float[] norms,
      float[] gradient,
      float[] outputGradient) {
    for (int i = 0; i < batch; i++) {
      int row = i * dimension;
      float along = (float) VectorMath.dot(gradient, row, embedding, row, dimension);
      float inverse = 1f / norms[i];
      for (int c = row; c < row + dimension; c++) {
        outputGradient[c] = (gradient[c] - along * embedding[c]) * inverse;
      }
    }
  }
}
