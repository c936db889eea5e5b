// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.contrastive;

import java.io.Serializable;
import java.util.List;

/**
 * Symmetric InfoNCE of whole batches of up to a fixed size; holds its working memory, so one
 * instance a thread. {@link InfoNceRows} has the formulas.
 */
public final class InfoNce {
  private final InfoNceRows rows;
  private final float[] maxima;
  private final float[] columnSums;
  private double temperatureGradient;

  /**
   * @param maximumBatch pairs in a batch at most
   * @param dimension width of the embeddings
   */
  public InfoNce(int maximumBatch, int dimension) {
    rows = new InfoNceRows(maximumBatch, maximumBatch, dimension);
    maxima = new float[InfoNceRows.maxima(maximumBatch)];
    columnSums = new float[maximumBatch];
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
        rows.gradients(u, v, temperature, maxima, columnSums, gradientU, gradientV);
    return loss;
  }

  /** The loss of a batch in nats, without gradients. */
  public double loss(float[] u, float[] v, int batch, float temperature) {
    InfoNceRows.clear(maxima);
    rows.similarities(u, v, 0, batch, batch, maxima);
    rows.exponentials(temperature, maxima, columnSums);
    return rows.loss(temperature, maxima, columnSums);
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

    /** The sum of several parts. */
    public static Curve sum(List<Curve> all) {
      double loss = 0;
      double slope = 0;
      double curvature = 0;
      for (Curve one : all) {
        loss += one.loss;
        slope += one.slope;
        curvature += one.curvature;
      }
      return new Curve(loss, slope, curvature);
    }

    /** The mean of several. */
    public static Curve mean(List<Curve> all) {
      return sum(all).times(1.0 / all.size());
    }

    private Curve times(double factor) {
      return new Curve(loss * factor, slope * factor, curvature * factor);
    }

    /** The same as a function of another variable, of which this one is {@code factor} times. */
    public Curve ofMultiple(double factor) {
      return new Curve(loss, slope * factor, curvature * factor * factor);
    }
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
