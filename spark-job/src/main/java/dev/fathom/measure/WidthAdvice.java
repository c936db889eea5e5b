// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.measure;

/**
 * Advice on how wide embeddings have to be for the measured dimension.
 *
 * @param dimension the recommended width
 * @param current the width of the measured embeddings
 * @param bytesSaved bytes that the recommended width saves per vector of four-byte numbers, 0 if it
 *     saves none
 */
public record WidthAdvice(int dimension, int current, int bytesSaved) {

  /**
   * Returns the smallest width that holds a dimension: the next whole number, and one more on the
   * sphere that cosine similarity puts embeddings on, as a sphere has one dimension less than its
   * space.
   *
   * @param measured the measured dimension, more than zero
   */
  public static int widthFor(double measured, boolean cosine) {
    return (int) Math.ceil(measured) + (cosine ? 1 : 0);
  }

  static WidthAdvice of(double measured, boolean cosine, int current) {
    int dimension = widthFor(measured, cosine);
    return new WidthAdvice(dimension, current, Float.BYTES * Math.max(0, current - dimension));
  }
}
