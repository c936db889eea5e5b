// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.contrastive;

/**
 * What an encoder gives for a part of a batch, and ∂L/∂ of it: rows of pairs, then rows of a
 * separate sample. One instance serves part after part.
 */
public final class Outputs {
  final int dimension;
  final float[] values;
  final float[] gradients;

  /** Of each row. */
  final float[] norms;

  /** Where in the batch its rows begin. */
  int first;

  int rows;
  int sample;

  /**
   * @param maximumRows of pairs and sample, at most
   */
  public Outputs(int maximumRows, int dimension) {
    this.dimension = dimension;
    values = new float[Math.multiplyExact(maximumRows, dimension)];
    gradients = new float[values.length];
    norms = new float[maximumRows];
  }

  /**
   * Begins another part.
   *
   * @param first where in the batch its rows begin
   * @param rows of pairs
   * @param sample rows of the sample
   */
  public void begin(int first, int rows, int sample) {
    this.first = first;
    this.rows = rows;
    this.sample = sample;
  }

  /** Where the encoder writes, (rows + sample) × dimension, row-major. */
  public float[] values() {
    return values;
  }

  /** ∂L/∂{@link #values}, likewise. */
  public float[] gradients() {
    return gradients;
  }
}
