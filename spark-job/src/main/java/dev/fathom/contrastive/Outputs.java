// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.contrastive;

/**
 * The outputs of an encoder for a part of a batch, and the gradients with respect to them: first
 * rows of pairs, then rows of a separate sample. An instance is reused for one part after another.
 */
public final class Outputs {
  final int dimension;
  final float[] values;
  final float[] gradients;

  /** The length of each row. */
  final float[] norms;

  /** Index in the batch of this part's first row. */
  int first;

  int rows;
  int sample;

  /**
   * @param maximumRows largest number of rows, pairs and sample together
   */
  public Outputs(int maximumRows, int dimension) {
    this.dimension = dimension;
    values = new float[Math.multiplyExact(maximumRows, dimension)];
    gradients = new float[values.length];
    norms = new float[maximumRows];
  }

  /**
   * Starts another part.
   *
   * @param first index in the batch of the part's first row
   * @param rows number of rows of pairs
   * @param sample number of rows of the sample
   */
  public void begin(int first, int rows, int sample) {
    this.first = first;
    this.rows = rows;
    this.sample = sample;
  }

  /** The outputs, which the encoder writes: (rows + sample) × dimension, row-major. */
  public float[] values() {
    return values;
  }

  /** The gradients ∂L/∂{@link #values}, laid out like the outputs. */
  public float[] gradients() {
    return gradients;
  }
}
