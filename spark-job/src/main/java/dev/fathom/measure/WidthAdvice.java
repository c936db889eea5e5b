// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.measure;

/**
 * How wide embeddings have to be for the dimension that was measured.
 *
 * @param dimension the recommended width
 * @param current the width of what was measured
 * @param bytesSaved of four-byte numbers a vector, 0 where it is no wider than that
 */
public record WidthAdvice(int dimension, int current, int bytesSaved) {

  /**
   * The smallest width that holds a dimension: the next whole number, and one more on the sphere
   * that cosine similarity puts embeddings on, as that has one dimension less than its space.
   *
   * @param measured more than zero
   */
  public static int widthFor(double measured, boolean cosine) {
    return (int) Math.ceil(measured) + (cosine ? 1 : 0);
  }

  static WidthAdvice of(double measured, boolean cosine, int current) {
    int dimension = widthFor(measured, cosine);
    return new WidthAdvice(dimension, current, Float.BYTES * Math.max(0, current - dimension));
  }
}
