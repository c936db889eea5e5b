// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.measure;

import java.util.OptionalDouble;

/**
 * The dimension around the embeddings of one label.
 *
 * @param points how many carry it
 * @param x 1/mean(1/d) of the dimensions d around them, empty where none of them was measured
 * @param y likewise of the other side, empty where there is none
 */
public record LabelDimension(int points, OptionalDouble x, OptionalDouble y) {

  /** That of a side, {@code x} or {@code y}. */
  public OptionalDouble of(String side) {
    return side.equals("x") ? x : y;
  }
}
