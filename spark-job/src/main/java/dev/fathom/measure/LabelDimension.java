// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.measure;

import java.util.OptionalDouble;

/**
 * The dimension around the embeddings of one label.
 *
 * @param points number of pairs with the label
 * @param x 1/mean(1/d) of the dimensions d around their x; empty if none was measured
 * @param y 1/mean(1/d) of the dimensions d around their y; empty if none was measured or there is
 *     one side
 */
public record LabelDimension(int points, OptionalDouble x, OptionalDouble y) {

  /** The value of a side, {@code x} or {@code y}. */
  public OptionalDouble of(String side) {
    return side.equals("x") ? x : y;
  }
}
