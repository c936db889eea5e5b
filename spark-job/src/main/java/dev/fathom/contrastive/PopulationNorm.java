// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.contrastive;

/**
 * The inner product divided by the mean norm of a separate sample. The length of an embedding may
 * so carry information.
 *
 * @param sampleRows size P of the separate sample, at least 1
 */
public record PopulationNorm(int sampleRows) implements Similarity {
  /*
   * u = f/N with N = mean ‖f(X')‖ over the separate sample X' (arXiv 2505.12473). So s/τ = f·g/(N_f·N_g·τ): the embeddings
   * are the outputs as they are, and the norms two factors of the temperature. The norm is part of the function, so its
   * gradient is too: ∂L/∂N = (∂L/∂log τ)/N reaches each of the P rows of the sample as ∂L/∂‖f_p‖ = (∂L/∂N)/P. A row whose
   * length is taken as the smallest one allowed does not move N: its gradient is 0, which matters where all of the sample
   * is so and ∂L/∂N has overflowed.
   */

  private static final long serialVersionUID = 1L;

  /** The mean length of the first rows of the outputs. */
  public static float meanNorm(float[] output, int count, int dimension) {
    return (float) (lengths(output, 0, count, dimension, new float[count]) / count);
  }

  /**
   * Returns the sum of the lengths of rows {@code [from, from + count)}, and fills their {@code
   * norms}.
   */
  private static double lengths(float[] output, int from, int count, int dimension, float[] norms) {
    double sum = 0;
    for (int i = from; i < from + count; i++) {
      norms[i] = Cosine.length(output, i * dimension, dimension);
      sum += norms[i];
    }
    return sum;
  }

  @Override
  public double forward(Outputs outputs, float[] embedding) {
    int dimension = outputs.dimension;
    System.arraycopy(
        outputs.values, 0, embedding, outputs.first * dimension, outputs.rows * dimension);
    return lengths(outputs.values, outputs.rows, outputs.sample, dimension, outputs.norms);
  }

  @Override
  public double norm(double lengths, int sample) {
    return lengths / sample;
  }

  @Override
  public void backward(
      Outputs outputs, float[] embedding, float[] gradient, double lengthGradient) {
    int rows = outputs.rows;
    int dimension = outputs.dimension;
    float[] outputGradient = outputs.gradients;
    System.arraycopy(gradient, outputs.first * dimension, outputGradient, 0, rows * dimension);
    for (int p = rows; p < rows + outputs.sample; p++) {
      float norm = outputs.norms[p];
      float factor = norm > Cosine.SMALLEST_NORM ? (float) (lengthGradient / norm) : 0f;
      for (int c = p * dimension; c < (p + 1) * dimension; c++) {
        outputGradient[c] = outputs.values[c] * factor;
      }
    }
  }

  @Override
  public void embed(float[] outputs, int dimension, float norm) {
    for (int i = 0; i < outputs.length; i++) {
      outputs[i] /= norm;
    }
  }
}
