// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.contrastive;

import java.util.Arrays;
import java.util.List;

/**
 * Symmetric InfoNCE of whole batches of up to a fixed size; holds its working memory, so one
 * instance a thread. {@link InfoNceRows} has the formulas.
 */
public final class InfoNce {
  private final BatchRows rows;
  private final float[][] merged;
  private double temperatureGradient;

  /**
   * @param maximumBatch pairs in a batch at most
   * @param dimension width of the embeddings
   */
  public InfoNce(int maximumBatch, int dimension) {
    this(maximumBatch, List.of(dimension));
  }

  /**
   * @param maximumBatch pairs in a batch at most
   * @param widths widths of the prefixes that the loss is taken over, ascending
   */
  InfoNce(int maximumBatch, List<Integer> widths) {
    rows = Objective.INFO_NCE.rows(maximumBatch, maximumBatch, widths).get();
    merged =
        rows.exchanges(maximumBatch).stream()
            .map(exchange -> new float[exchange.numbers()])
            .toArray(float[][]::new);
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
    double loss = loss(u, v, batch, temperature);
    temperatureGradient =
        rows.gradients(u, v, new Logits(temperature, 0), merged, gradientU, gradientV);
    return loss;
  }

  /** The loss of a batch in nats, without gradients. */
  public double loss(float[] u, float[] v, int batch, float temperature) {
    rows.begin(u, v, 0, batch, batch);
    Arrays.fill(merged[0], Float.NEGATIVE_INFINITY);
    Logits logits = new Logits(temperature, 0);
    rows.tell(0, logits, merged, merged[0]);
    rows.tell(1, logits, merged, merged[1]);
    return rows.loss(logits, merged);
  }

  /** ∂L/∂log τ of the batch that {@link #lossAndGradients} saw last. */
  public double temperatureGradient() {
    return temperatureGradient;
  }

  /**
   * L and its derivatives with respect to s = 1/τ.
   *
   * @param u embeddings of the first side, batch × dimension, row-major
   * @param v embeddings of the second side
   */
  public Curve curve(float[] u, float[] v, int batch, double inverse) {
    return rows.curve(u, v, 0, batch, batch, inverse);
  }
}
