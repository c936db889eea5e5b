// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.contrastive;

import dev.fathom.blas.Matrix;
import dev.fathom.blas.VectorMath;

/** The common part of objectives that read the similarities s = u·vᵀ. */
abstract class SimilarityRows implements BatchRows {
  /**
   * First the similarities s of the own rows, then intermediate values of {@link #loss} and {@link
   * #gradients}, finally G = ∂L/∂(s/τ).
   */
  final float[] values;

  /** The similarities s_ii of the own rows with their own partners. */
  final float[] own;

  int first;
  int rows;
  int batch;
  private final int dimension;

  SimilarityRows(int maximumRows, int maximumBatch, int dimension) {
    this.dimension = dimension;
    values = new float[Math.multiplyExact(maximumRows, maximumBatch)];
    own = new float[maximumRows];
  }

  @Override
  public final void begin(float[] u, float[] v, int first, int rows, int batch) {
    this.first = first;
    this.rows = rows;
    this.batch = batch;
    int offset = first * dimension;
    Matrix.of(values, 0, rows, batch)
        .setProduct(
            Matrix.of(u, offset, rows, dimension), Matrix.of(v, 0, batch, dimension).transposed());
    for (int i = 0; i < rows; i++) {
      own[i] = values[i * batch + first + i];
    }
  }

  /**
   * Computes G·v/τ for the own rows, and their part of Gᵀ·u/τ.
   *
   * @param scale 1/τ
   * @return the own rows' part of ∂L/∂log τ = −Σ G_ij s_ij/τ = −Σ_i u_i·(∂L/∂u)_i
   */
  final double backward(float[] u, float[] v, float scale, float[] gradientU, float[] gradientV) {
    int offset = first * dimension;
    Matrix.of(gradientU, offset, rows, dimension)
        .multiply(scale, Matrix.of(values, 0, rows, batch), Matrix.of(v, 0, batch, dimension), 0f);
    Matrix.of(gradientV, 0, batch, dimension)
        .multiply(
            scale,
            Matrix.of(values, 0, rows, batch).transposed(),
            Matrix.of(u, offset, rows, dimension),
            0f);
    return -VectorMath.dot(u, offset, gradientU, offset, rows * dimension);
  }

  @Override
  public final int firsts(Partners partners) {
    int firsts = 0;
    for (int i = 0; i < rows; i++) {
      float highest = Float.NEGATIVE_INFINITY;
      boolean first = false;
      for (int j = 0; j < batch; j++) {
        float similarity = values[i * batch + j];
        if (similarity >= highest) {
          // A partner that ties with another v does not count as nearer.
          boolean belongs = partners.belong(this.first + i, j);
          first = similarity > highest ? belongs : first && belongs;
          highest = similarity;
        }
      }
      firsts += first ? 1 : 0;
    }
    return firsts;
  }
}
