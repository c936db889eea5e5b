// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.contrastive;

import java.util.List;

/**
 * Computes an objective's loss by rows of a batch's similarities. An instance holds some of the
 * rows, and the results of all instances, on any threads or machines, add up to the loss of the
 * whole batch. An instance is for one thread.
 *
 * <p>A step calls {@link #begin}; {@link #tell} for each exchange, after the earlier ones have been
 * merged over all instances; {@link #loss}; {@link #gradients}.
 *
 * <p>Embeddings u and v are batch × dimension, row-major; row i of u is paired with row i of v.
 */
public interface BatchRows {

  /**
   * Numbers that the instances must merge before they can compute the gradients.
   *
   * @param numbers how many numbers each instance gives
   * @param maxima true if they merge to the largest, false if to the sum
   */
  record Exchange(int numbers, boolean maxima) {}

  /** The exchanges of a step, in order. */
  List<Exchange> exchanges(int batch);

  /**
   * Computes the similarities of this instance's own rows of u with all rows of v.
   *
   * @param first index of the first own row in the batch
   * @param rows number of own rows
   */
  void begin(float[] u, float[] v, int first, int rows, int batch);

  /**
   * Writes this instance's part of an exchange.
   *
   * @param exchange number of the exchange, from 0
   * @param merged the earlier exchanges, merged over all instances
   * @param numbers receives the part: maxima are raised, sums are overwritten
   */
  void tell(int exchange, Logits logits, float[][] merged, float[] numbers);

  /**
   * Returns the own rows' part of L, in nats.
   *
   * @param merged all exchanges, merged over all instances
   */
  double loss(Logits logits, float[][] merged);

  /**
   * Computes the own rows' part of the gradients.
   *
   * @param gradientU receives ∂L/∂u of the own rows, at their place; batch × dimension
   * @param gradientV receives the own rows' part of ∂L/∂v of all rows; batch × dimension
   * @return the own rows' part of ∂L/∂log τ
   */
  double gradients(
      float[] u, float[] v, Logits logits, float[][] merged, float[] gradientU, float[] gradientV);

  /** Returns the own rows' part of ∂L/∂b; valid after {@link #gradients}. */
  double biasGradient();

  /** Tells which u and v of a batch belong together, by their rows. */
  @FunctionalInterface
  interface Partners {
    /** Whether row {@code u} of u and row {@code v} of v belong together. */
    boolean belong(int u, int v);
  }

  /**
   * Counts the own u that are nearer to a partner than to any other v; valid after {@link #begin}.
   */
  int firsts(Partners partners);

  /**
   * Returns the own rows' part of L and its derivatives with respect to s = 1/τ, for objectives
   * that {@link Objective#hasCurve support} it.
   *
   * @param first index of the first own row in the batch
   * @param rows number of own rows
   */
  default Curve curve(float[] u, float[] v, int first, int rows, int batch, double inverse) {
    throw new UnsupportedOperationException("this objective has no curve");
  }
}
