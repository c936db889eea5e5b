// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.contrastive;

/**
 * The inner product over the mean norm of a separate sample, so that the length of an embedding may
 * carry information.
 *
 * @param sampleRows size P of the separate sample, at least 1
 */
public record PopulationNorm(int sampleRows) implements Similarity {
  /*
   * u = f/N with N = mean ‖f(X')‖ over the separate sample X' (arXiv 2505.12473). The norm is part of the function, so its
   * gradient is too: with g = ∂L/∂u, ∂L/∂f_i = g_i/N for the pairs; ∂L/∂N = −Σ_i g_i·u_i/N reaches each sample row p as
   * ∂L/∂f_p = (∂L/∂N)/P · f_p/‖f_p‖. A row whose length is taken as the smallest one allowed does not move N: its gradient
   * is 0, which matters where all of the sample is so and ∂L/∂N has overflowed.
   */

  private static final long serialVersionUID = 1L;

  /** The mean length of rows {@code [from, from + count)}; fills their {@code norms}. */
  public static float meanNorm(float[] output, int from, int count, int dimension, float[] norms) {
    double sum = 0;
    for (int i = from; i < from + count; i++) {
      int row = i * dimension;
      norms[i] =
          Math.max(
              (float) Math.sqrt(VectorMath.dot(output, row, output, row, dimension)),
              Cosine.SMALLEST_NORM);
      sum += norms[i];
    }
    return (float) (sum / count);
  }

  @Override
  public void forward(
      float[] output, int batch, int sample, int dimension, float[] embedding, float[] norms) {
    float norm = meanNorm(output, batch, sample, dimension, norms);
    norms[0] = norm;
    for (int c = 0; c < batch * dimension; c++) {
      embedding[c] = output[c] / norm;
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
    float inverse = 1f / norms[0];
    for (int c = 0; c < batch * dimension; c++) {
      outputGradient[c] = gradient[c] * inverse;
    }
    float normGradient =
        (float) -VectorMath.dot(gradient, 0, embedding, 0, batch * dimension) * inverse;
    for (int p = batch; p < batch + sample; p++) {
      float factor = norms[p] > Cosine.SMALLEST_NORM ? normGradient / (sample * norms[p]) : 0f;
      for (int c = p * dimension; c < (p + 1) * dimension; c++) {
        outputGradient[c] = output[c] * factor;
      }
    }
  }
}
