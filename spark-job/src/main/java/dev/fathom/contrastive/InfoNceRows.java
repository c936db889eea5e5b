// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.contrastive;

import dev.fathom.blas.VectorMath;
import java.util.Arrays;
import java.util.List;

/** The rows of symmetric InfoNCE. */
final class InfoNceRows extends SimilarityRows {
  /*
   * Symmetric InfoNCE (van den Oord et al. 2018; Radford et al. 2021) and its gradients in closed form.
   *
   * With embeddings u, v (B × d), similarities s = u·vᵀ and logits s/τ,
   *
   *   L = 1/(2B) Σ_i [ log Σ_j e^{(s_ij − s_ii)/τ} + log Σ_j e^{(s_ji − s_ii)/τ} ]
   *
   * Let R and C be the row and the column softmax of s/τ, and G = (R + C − 2I)/(2B) = ∂L/∂(s/τ). Then ∂L/∂u = G·v/τ,
   * ∂L/∂v = Gᵀ·u/τ, and the logits need not be kept.
   *
   * An instance holds the rows s_ij of its own i, all j. A row's softmax needs nothing of the others; a column's needs the
   * sum over all rows, and so a maximum over all rows first. ∂L/∂u of its own rows is complete, ∂L/∂v is a part that the
   * others' add up to.
   *
   * One exp serves both directions: with the row maxima m_i and M = max m, E_ij = e^{(s_ij − m_i)/τ} gives the rows as
   * E_ij/Σ_j E_ij, and the columns as E_ij·w_i / Σ_i E_ij·w_i with w_i = e^{(m_i − M)/τ}. That holds while no entry that a
   * column needs has underflowed. At a small τ one may have: a pair that no row ranks high, or row maxima that lie far
   * apart. Whether it may is seen from the column maxima, and then the columns take an exp of their own.
   */

  /**
   * Rows and columns share one exp if every column's largest entry is at most this far, in nats,
   * below the largest of all.
   */
  static final float SHARED_RANGE = 30f;

  /** The first exchange: the two extremes of the row maxima, then the maxima of the columns. */
  private static final int MAXIMA = 0;

  /** The second exchange: sums of the columns' exponentials. */
  private static final int SUMS = 1;

  /** Index of the largest row maximum in the first exchange. */
  private static final int HIGHEST = 0;

  /** Index of the smallest row maximum, negated because the exchange takes maxima. */
  private static final int LOWEST = 1;

  private static final int COLUMNS = 2;

  /** e^{(s_ij − column maximum)/τ}, where columns take an exp of their own. */
  private float[] ofColumns = new float[0];

  private final float[] rowMaximum;
  private final float[] rowSum;
  private final float[] weight;
  private final float[] factor;

  /**
   * @param maximumRows largest number of own rows
   * @param maximumBatch largest number of pairs in a batch
   * @param dimension width of the embeddings
   */
  InfoNceRows(int maximumRows, int maximumBatch, int dimension) {
    super(maximumRows, maximumBatch, dimension);
    rowMaximum = new float[maximumRows];
    rowSum = new float[maximumRows];
    weight = new float[maximumRows];
    factor = new float[maximumBatch];
  }

  @Override
  public List<Exchange> exchanges(int batch) {
    return List.of(new Exchange(COLUMNS + batch, true), new Exchange(batch, false));
  }

  @Override
  public void tell(int exchange, Logits logits, float[][] merged, float[] numbers) {
    if (exchange == MAXIMA) {
      maxima(numbers);
    } else {
      exponentials(logits.scale(), merged[MAXIMA], numbers);
    }
  }

  private void maxima(float[] maxima) {
    for (int i = 0; i < rows; i++) {
      int row = i * batch;
      float maximum = VectorMath.max(values, row, row + batch);
      rowMaximum[i] = maximum;
      maxima[HIGHEST] = Math.max(maxima[HIGHEST], maximum);
      maxima[LOWEST] = Math.max(maxima[LOWEST], -maximum);
      for (int j = 0; j < batch; j++) {
        maxima[COLUMNS + j] = Math.max(maxima[COLUMNS + j], values[row + j]);
      }
    }
  }

  private void exponentials(float scale, float[] maxima, float[] columnSums) {
    Arrays.fill(columnSums, 0, batch, 0f);
    boolean shared = shared(maxima, scale);
    if (!shared && ofColumns.length < values.length) {
      ofColumns = new float[values.length];
    }
    for (int i = 0; i < rows; i++) {
      int row = i * batch;
      if (!shared) {
        for (int j = 0; j < batch; j++) {
          ofColumns[row + j] = values[row + j] - maxima[COLUMNS + j];
        }
        VectorMath.exp(ofColumns, row, row + batch, scale, 0f, ofColumns);
        addScaled(ofColumns, row, 1f, columnSums);
      }
      VectorMath.exp(values, row, row + batch, scale, rowMaximum[i], values);
      rowSum[i] = VectorMath.sum(values, row, row + batch);
      if (shared) {
        weight[i] = (float) Math.exp((rowMaximum[i] - maxima[HIGHEST]) * (double) scale);
        addScaled(values, row, weight[i], columnSums);
      }
    }
  }

  private boolean shared(float[] maxima, float scale) {
    float lowest = -maxima[LOWEST];
    for (int j = 0; j < batch; j++) {
      lowest = Math.min(lowest, maxima[COLUMNS + j]);
    }
    return (maxima[HIGHEST] - lowest) * scale < SHARED_RANGE;
  }

  @Override
  public double loss(Logits logits, float[][] merged) {
    float[] maxima = merged[MAXIMA];
    float[] columnSums = merged[SUMS];
    float scale = logits.scale();
    boolean shared = shared(maxima, scale);
    double loss = 0;
    for (int i = 0; i < rows; i++) {
      int column = first + i;
      float columnMaximum = shared ? maxima[HIGHEST] : maxima[COLUMNS + column];
      loss += Math.log(rowSum[i]) - (own[i] - rowMaximum[i]) * (double) scale;
      loss += Math.log(columnSums[column]) - (own[i] - columnMaximum) * (double) scale;
    }
    return loss / (2.0 * batch);
  }

  @Override
  public double gradients(
      float[] u, float[] v, Logits logits, float[][] merged, float[] gradientU, float[] gradientV) {
    float[] maxima = merged[MAXIMA];
    float[] columnSums = merged[SUMS];
    float scale = logits.scale();
    boolean shared = shared(maxima, scale);
    float rest = 1f / (2 * batch);
    for (int j = 0; j < batch; j++) {
      factor[j] = rest / columnSums[j];
    }
    for (int i = 0; i < rows; i++) {
      int row = i * batch;
      float ofRow = rest / rowSum[i];
      if (shared) {
        scaleBoth(values, row, ofRow, weight[i], factor, batch);
      } else {
        for (int j = 0; j < batch; j++) {
          values[row + j] = values[row + j] * ofRow + ofColumns[row + j] * factor[j];
        }
      }
      values[row + first + i] -= 2 * rest;
    }
    return backward(u, v, scale, gradientU, gradientV);
  }

  @Override
  public double biasGradient() {
    return 0;
  }

  @Override
  public Curve curve(float[] u, float[] v, int first, int rows, int batch, double inverse) {
    return Curve.sum(
        List.of(
            oneWay(u, v, first, rows, batch, inverse), oneWay(v, u, first, rows, batch, inverse)));
  }

  /**
   * One direction of the loss. With p the softmax of a row of s·sim: log Σ e^{s·sim_j} − s·sim_i,
   * its slope E_p[sim] − sim_i, and its curvature Var_p[sim].
   */
  private Curve oneWay(float[] u, float[] v, int first, int rows, int batch, double inverse) {
    begin(u, v, first, rows, batch);
    double loss = 0;
    double slope = 0;
    double curvature = 0;
    for (int i = 0; i < rows; i++) {
      int row = i * batch;
      float highest = VectorMath.max(values, row, row + batch);
      double own = this.own[i] - highest;
      double sum = 0;
      double mean = 0;
      double square = 0;
      System.arraycopy(values, row, factor, 0, batch);
      VectorMath.exp(factor, 0, batch, (float) inverse, highest, factor);
      // Relative to the highest similarity, as the variance would otherwise be a small difference
      // of large numbers.
      for (int j = 0; j < batch; j++) {
        double weight = factor[j];
        double below = values[row + j] - highest;
        sum += weight;
        mean += weight * below;
        square += weight * below * below;
      }
      mean /= sum;
      loss += Math.log(sum) - inverse * own;
      slope += mean - own;
      curvature += Math.max(square / sum - mean * mean, 0);
    }
    return new Curve(loss / (2.0 * batch), slope / (2.0 * batch), curvature / (2.0 * batch));
  }

  private void addScaled(float[] source, int offset, float by, float[] target) {
    for (int j = 0; j < batch; j++) {
      target[j] += source[offset + j] * by;
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
