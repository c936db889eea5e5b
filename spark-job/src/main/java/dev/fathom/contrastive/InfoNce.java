// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.contrastive;

import dev.fathom.blas.Blas;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;

/**
 * Symmetric InfoNCE for batches of up to a fixed size; holds its working memory, so one instance a
 * thread.
 */
public final class InfoNce {
  /*
   * Symmetric InfoNCE (van den Oord et al. 2018; Radford et al. 2021) and its gradients in closed form.
   *
   * With embeddings u, v (B × d), similarities s = u·vᵀ and logits s/τ,
   *
   *   L = 1/(2B) Σ_i [ log Σ_j e^{(s_ij − s_ii)/τ} + log Σ_j e^{(s_ji − s_ii)/τ} ]
   *
   * Let R and C be the row and the column softmax of s/τ, and G = (R + C − 2I)/(2B) = ∂L/∂(s/τ). Then ∂L/∂u = G·v/τ,
   * ∂L/∂v = Gᵀ·u/τ, and ∂L/∂log τ = −Σ G_ij s_ij/τ = −Σ_i u_i·(∂L/∂u)_i, so the logits need not be kept.
   *
   * One exp serves both directions: with the row maxima m_i, E_ij = e^{(s_ij − m_i)/τ} gives the rows as E_ij/Σ_j E_ij,
   * and the columns as E_ij·w_i / Σ_i E_ij·w_i with w_i = e^{(m_i − max m)/τ}. That holds while no entry that a column
   * needs has underflowed. At a small τ one may have: a pair that no row ranks high, or row maxima that lie far apart.
   * Whether it may is seen from the column maxima, and then the columns take an exp of their own.
   */

  /**
   * How far, in nats, a column's or row's largest entry may lie below the largest of all for one
   * exp to serve both.
   */
  static final float SHARED_RANGE = 30f;

  private final int dimension;
  private final float[] similarities;
  private final float[] exponentials;
  private final float[] rowMaximum;
  private final float[] columnMaximum;
  private final float[] rowFactor;
  private final float[] columnSum;
  private double temperatureGradient;

  /**
   * @param maximumBatch pairs in a batch at most
   * @param dimension width of the embeddings
   */
  public InfoNce(int maximumBatch, int dimension) {
    this.dimension = dimension;
    similarities = new float[Math.multiplyExact(maximumBatch, maximumBatch)];
    exponentials = new float[similarities.length];
    rowMaximum = new float[maximumBatch];
    columnMaximum = new float[maximumBatch];
    rowFactor = new float[maximumBatch];
    columnSum = new float[maximumBatch];
  }

  /**
   * The loss of a batch, and its gradients.
   *
   * @param u embeddings of the first side, batch × dimension, row-major; row i belongs to row i of
   *     {@code v}
   * @param v embeddings of the second side
   * @param batch how many pairs
   * @param temperature τ, above 0
   * @param gradientU receives ∂L/∂u, batch × dimension
   * @param gradientV receives ∂L/∂v
   * @return L in nats
   */
  public double lossAndGradients(
      float[] u, float[] v, int batch, float temperature, float[] gradientU, float[] gradientV) {
    double loss = forward(u, v, batch, temperature, true);
    float scale = 1f / temperature;
    Blas.gemm(
        false,
        false,
        batch,
        dimension,
        batch,
        scale,
        exponentials,
        0,
        batch,
        v,
        0,
        dimension,
        0f,
        gradientU,
        0,
        dimension);
    Blas.gemm(
        true,
        false,
        batch,
        dimension,
        batch,
        scale,
        exponentials,
        0,
        batch,
        u,
        0,
        dimension,
        0f,
        gradientV,
        0,
        dimension);
    temperatureGradient = -VectorMath.dot(u, 0, gradientU, 0, batch * dimension);
    return loss;
  }

  /** The loss of a batch in nats, without gradients. */
  public double loss(float[] u, float[] v, int batch, float temperature) {
    return forward(u, v, batch, temperature, false);
  }

  /** ∂L/∂log τ of the batch that {@link #lossAndGradients} saw last. */
  public double temperatureGradient() {
    return temperatureGradient;
  }

  /**
   * L of a batch as a function of s = 1/τ, the embeddings fixed, in which it is convex.
   *
   * @param loss L in nats
   * @param slope ∂L/∂s
   * @param curvature ∂²L/∂s², not below 0
   */
  public record Curve(double loss, double slope, double curvature) implements Serializable {
    private static final long serialVersionUID = 1L;

    /** The mean of several. */
    public static Curve mean(List<Curve> all) {
      double loss = 0;
      double slope = 0;
      double curvature = 0;
      for (Curve one : all) {
        loss += one.loss / all.size();
        slope += one.slope / all.size();
        curvature += one.curvature / all.size();
      }
      return new Curve(loss, slope, curvature);
    }
  }

  /**
   * L and its derivatives with respect to s = 1/τ.
   *
   * @param u embeddings of the first side, batch × dimension, row-major
   * @param v embeddings of the second side
   */
  public Curve curve(float[] u, float[] v, int batch, double inverse) {
    return Curve.mean(List.of(oneWay(u, v, batch, inverse), oneWay(v, u, batch, inverse)));
  }

  /**
   * With p the softmax of a row of s·sim: log Σ e^{s·sim_j} − s·sim_i, its slope E_p[sim] − sim_i,
   * and its curvature Var_p[sim].
   */
  private Curve oneWay(float[] u, float[] v, int batch, double inverse) {
    Blas.gemm(
        false,
        true,
        batch,
        batch,
        dimension,
        1f,
        u,
        0,
        dimension,
        v,
        0,
        dimension,
        0f,
        similarities,
        0,
        batch);
    double loss = 0;
    double slope = 0;
    double curvature = 0;
    for (int i = 0; i < batch; i++) {
      int row = i * batch;
      float highest = VectorMath.max(similarities, row, row + batch);
      VectorMath.exp(similarities, row, row + batch, (float) inverse, highest, exponentials);
      double sum = 0;
      double first = 0;
      double second = 0;
      // From the highest, as the variance would else be a small difference of large numbers.
      for (int j = row; j < row + batch; j++) {
        double weight = exponentials[j];
        double below = similarities[j] - highest;
        sum += weight;
        first += weight * below;
        second += weight * below * below;
      }
      double mean = first / sum;
      double own = similarities[row + i] - highest;
      loss += Math.log(sum) - inverse * own;
      slope += mean - own;
      curvature += Math.max(second / sum - mean * mean, 0);
    }
    return new Curve(loss / batch, slope / batch, curvature / batch);
  }

  /** Computes the loss and leaves G in {@link #exponentials} where it is asked for. */
  private double forward(float[] u, float[] v, int batch, float temperature, boolean gradient) {
    float scale = 1f / temperature;
    Blas.gemm(
        false,
        true,
        batch,
        batch,
        dimension,
        1f,
        u,
        0,
        dimension,
        v,
        0,
        dimension,
        0f,
        similarities,
        0,
        batch);
    findMaxima(batch);
    float highest = VectorMath.max(rowMaximum, 0, batch);
    boolean shared =
        (highest - smallest(columnMaximum, batch)) * scale < SHARED_RANGE
            && (highest - smallest(rowMaximum, batch)) * scale < SHARED_RANGE;
    float rest = 1f / (2 * batch);
    double loss = 0;
    Arrays.fill(columnSum, 0, batch, 0f);
    for (int i = 0; i < batch; i++) {
      int row = i * batch;
      VectorMath.exp(similarities, row, row + batch, scale, rowMaximum[i], exponentials);
      float sum = VectorMath.sum(exponentials, row, row + batch);
      loss += Math.log(sum) - (similarities[row + i] - rowMaximum[i]) * (double) scale;
      rowFactor[i] = rest / sum;
      if (shared) {
        float weight = (float) Math.exp((rowMaximum[i] - highest) * (double) scale);
        addScaled(exponentials, row, weight, columnSum, batch);
      }
    }
    if (!shared) {
      return loss(loss + separateColumns(batch, scale, gradient), batch);
    }
    for (int j = 0; j < batch; j++) {
      loss += Math.log(columnSum[j]) - (similarities[j * batch + j] - highest) * (double) scale;
    }
    if (gradient) {
      for (int j = 0; j < batch; j++) {
        columnSum[j] = rest / columnSum[j];
      }
      for (int i = 0; i < batch; i++) {
        float weight = (float) Math.exp((rowMaximum[i] - highest) * (double) scale);
        scaleBoth(exponentials, i * batch, rowFactor[i], weight, columnSum, batch);
        exponentials[i * batch + i] -= 2 * rest;
      }
    }
    return loss(loss, batch);
  }

  private static double loss(double sumOfBothDirections, int batch) {
    return sumOfBothDirections / (2.0 * batch);
  }

  /** The columns by an exp of their own; completes G. Returns their part of the loss. */
  private double separateColumns(int batch, float scale, boolean gradient) {
    float rest = 1f / (2 * batch);
    for (int i = 0; i < batch; i++) {
      int row = i * batch;
      multiply(exponentials, row, rowFactor[i], batch);
      subtract(similarities, row, columnMaximum, batch);
    }
    double loss = 0;
    for (int i = 0; i < batch; i++) {
      loss -= similarities[i * batch + i] * (double) scale;
    }
    VectorMath.exp(similarities, 0, batch * batch, scale, 0f, similarities);
    for (int i = 0; i < batch; i++) {
      addScaled(similarities, i * batch, 1f, columnSum, batch);
    }
    for (int j = 0; j < batch; j++) {
      loss += Math.log(columnSum[j]);
      columnSum[j] = rest / columnSum[j];
    }
    if (gradient) {
      for (int i = 0; i < batch; i++) {
        int row = i * batch;
        for (int j = 0; j < batch; j++) {
          exponentials[row + j] += similarities[row + j] * columnSum[j];
        }
        exponentials[row + i] -= 2 * rest;
      }
    }
    return loss;
  }

  private void findMaxima(int batch) {
    System.arraycopy(similarities, 0, columnMaximum, 0, batch);
    for (int i = 0; i < batch; i++) {
      int row = i * batch;
      rowMaximum[i] = VectorMath.max(similarities, row, row + batch);
      for (int j = 0; j < batch; j++) {
        columnMaximum[j] = Math.max(columnMaximum[j], similarities[row + j]);
      }
    }
  }

  private static float smallest(float[] values, int count) {
    float smallest = Float.POSITIVE_INFINITY;
    for (int i = 0; i < count; i++) {
      smallest = Math.min(smallest, values[i]);
    }
    return smallest;
  }

  private static void addScaled(
      float[] source, int offset, float factor, float[] target, int length) {
    for (int j = 0; j < length; j++) {
      target[j] += source[offset + j] * factor;
    }
  }

  private static void multiply(float[] values, int offset, float factor, int length) {
    for (int j = 0; j < length; j++) {
      values[offset + j] *= factor;
    }
  }

  private static void subtract(float[] values, int offset, float[] amounts, int length) {
    for (int j = 0; j < length; j++) {
      values[offset + j] -= amounts[j];
    }
  }

  /** {@code values[j] ← values[j]·(rowFactor + weight·columnFactor[j])}. */
  private static void scaleBoth(
      float[] values, int offset, float rowFactor, float weight, float[] columnFactor, int length) {
    for (int j = 0; j < length; j++) {
      values[offset + j] *= rowFactor + weight * columnFactor[j];
    }
  }
}
