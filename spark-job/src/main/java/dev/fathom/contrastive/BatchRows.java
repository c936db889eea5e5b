// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.contrastive;

import java.util.List;

/**
 * An objective's loss by the rows of a batch's similarities: an instance holds some of them, and
 * all instances, on any threads or machines, add up to the loss of the whole batch. Each has
 * working memory of its own, so one instance a thread.
 *
 * <p>A step calls {@link #begin}; {@link #tell} for each exchange, whose merged numbers all
 * instances have before the next; {@link #loss}; {@link #gradients}.
 *
 * <p>Embeddings u and v are batch × dimension, row-major; row i of u belongs to row i of v.
 */
public interface BatchRows {

  /**
   * What instances have to know of each other before the gradients.
   *
   * @param numbers how many
   * @param maxima whether they merge to the largest, else to the sum
   */
  record Exchange(int numbers, boolean maxima) {}

  /** The exchanges of a step, in order. */
  List<Exchange> exchanges(int batch);

  /**
   * Computes the similarities of this instance's own rows of u with all rows of v.
   *
   * @param first the first own row
   * @param rows number of own rows
   */
  void begin(float[] u, float[] v, int first, int rows, int batch);

  /**
   * Writes this instance's part of an exchange.
   *
   * @param exchange its number
   * @param merged the earlier exchanges, merged over all instances
   * @param numbers maxima are raised; sums are written
   */
  void tell(int exchange, Logits logits, float[][] merged, float[] numbers);

  /**
   * The own rows' part of L, in nats.
   *
   * @param merged all exchanges, over all instances
   */
  double loss(Logits logits, float[][] merged);

  /**
   * The own rows' part of the gradients.
   *
   * @param gradientU receives ∂L/∂u of the own rows, in their place; batch × dimension
   * @param gradientV receives the own rows' part of ∂L/∂v of all rows; batch × dimension
   * @return the own rows' part of ∂L/∂log τ
   */
  double gradients(
      float[] u, float[] v, Logits logits, float[][] merged, float[] gradientU, float[] gradientV);

  /** The own rows' part of ∂L/∂b, after {@link #gradients}. */
  double biasGradient();

  /** Which u and v of a batch belong together, by their rows. */
  @FunctionalInterface
  interface Partners {
    /** Whether they do. */
    boolean belong(int u, int v);
  }

  /** How many own u are nearer to a partner than to any other v; after {@link #begin}. */
  int firsts(Partners partners);

  /**
   * The own rows' part of L and its derivatives with respect to s = 1/τ; for objectives that {@link
   * Objective#hasCurve have} it.
   *
   * @param first the first own row
   * @param rows number of own rows
   */
  default Curve curve(float[] u, float[] v, int first, int rows, int batch, double inverse) {
    throw new UnsupportedOperationException("this objective has no curve");
  }
}
