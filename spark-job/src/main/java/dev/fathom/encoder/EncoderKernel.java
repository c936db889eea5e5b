// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.encoder;

/**
 * The arithmetic of an {@link Encoder} on preallocated memory: a forward pass, then the backward
 * pass of the same rows.
 */
public interface EncoderKernel {

  /**
   * Encodes some rows.
   *
   * @param column column to read the rows from
   * @param rows row numbers; the first {@code count} are encoded
   * @param parameters the encoder's parameters from {@code offset} on
   * @param output receives count × dimension, row-major
   */
  void forward(
      Column column, int[] rows, int count, float[] parameters, int offset, float[] output);

  /**
   * Computes the gradients with respect to the parameters, for the rows of the last forward pass.
   *
   * @param outputGradient ∂L/∂output, count × dimension; overwritten as working memory
   * @param gradients receives ∂L/∂parameters from {@code offset} on
   */
  void backward(float[] outputGradient, float[] parameters, int offset, float[] gradients);
}
