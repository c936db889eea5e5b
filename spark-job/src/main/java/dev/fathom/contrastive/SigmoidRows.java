// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.contrastive;

import dev.fathom.blas.VectorMath;
import java.util.List;

/** The rows of the sigmoid loss. */
final class SigmoidRows extends SimilarityRows {
  /*
   * Zhai et al. 2023 (SigLIP): with logits a_ij = s_ij/τ + b and z_ij = 1 for pairs, else −1,
   *
   *   L = 1/B Σ_ij log(1 + e^{−z_ij a_ij})
   *
   * With G_ij = ∂L/∂a_ij = (σ(a_ij) − [i = j])/B: ∂L/∂u = G·v/τ, ∂L/∂v = Gᵀ·u/τ, ∂L/∂b = Σ G_ij. No row has
   * to know of another.
   *
   * With e = e^{−|a|}, which cannot overflow: log(1 + e^a) = max(a, 0) + log(1 + e), and σ(a) is 1/(1 + e) or e/(1 + e).
   * One logarithm serves the product of a row's (1 + e), at most 2 each, as long as that is within a double.
   */

  /** Number of factors of up to 2 whose product a double can hold. */
  private static final int FACTORS = 1000;

  /** e^{−|a|} for the entries of a row. */
  private final float[] exponentials;

  private double biasGradient;

  SigmoidRows(int maximumRows, int maximumBatch, int dimension) {
    super(maximumRows, maximumBatch, dimension);
    exponentials = new float[maximumBatch];
  }

  @Override
  public List<Exchange> exchanges(int batch) {
    return List.of();
  }

  @Override
  public void tell(int exchange, Logits logits, float[][] merged, float[] numbers) {
    throw new IllegalArgumentException("nothing is exchanged");
  }

  @Override
  public double loss(Logits logits, float[][] merged) {
    float scale = logits.scale();
    float bias = logits.bias();
    float each = 1f / batch;
    double loss = 0;
    for (int i = 0; i < rows; i++) {
      int row = i * batch;
      exponentials(row, scale, bias);
      double ofPair = (double) scale * own[i] + bias;
      // log(1 + e^{−a}) = log(1 + e^a) − a
      loss -= ofPair;
      for (int from = 0; from < batch; from += FACTORS) {
        int to = Math.min(batch, from + FACTORS);
        double product = 1;
        for (int j = from; j < to; j++) {
          product *= 1.0 + exponentials[j];
          loss += Math.max(scale * values[row + j] + bias, 0f);
        }
        loss += Math.log(product);
      }
      for (int j = 0; j < batch; j++) {
        float smaller = exponentials[j];
        float above = scale * values[row + j] + bias >= 0 ? 1f : smaller;
        values[row + j] = each * above / (1f + smaller);
      }
    }
    return loss / batch;
  }

  private void exponentials(int row, float scale, float bias) {
    for (int j = 0; j < batch; j++) {
      exponentials[j] = -Math.abs(scale * values[row + j] + bias);
    }
    VectorMath.exp(exponentials, 0, batch, 1f, 0f, exponentials);
  }

  @Override
  public double gradients(
      float[] u, float[] v, Logits logits, float[][] merged, float[] gradientU, float[] gradientV) {
    biasGradient = 0;
    for (int i = 0; i < rows; i++) {
      int row = i * batch;
      values[row + first + i] -= 1f / batch;
      biasGradient += VectorMath.sum(values, row, row + batch);
    }
    return backward(u, v, logits.scale(), gradientU, gradientV);
  }

  @Override
  public double biasGradient() {
    return biasGradient;
  }
}
