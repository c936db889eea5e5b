// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.encoder;

import dev.fathom.blas.VectorMath;
import java.util.Arrays;

/** Loops that layers share: biases and ReLUs, forward and backward. */
final class LayerMath {
  private LayerMath() {}

  /** Adds a bias to every row and, if {@code relu} is set, applies a ReLU. */
  static void addBias(
      float[] values, int rows, int width, float[] parameters, int offset, boolean relu) {
    float floor = relu ? 0f : Float.NEGATIVE_INFINITY;
    for (int row = 0; row < rows; row++) {
      int start = row * width;
      for (int c = 0; c < width; c++) {
        values[start + c] = Math.max(values[start + c] + parameters[offset + c], floor);
      }
    }
  }

  /** Computes the gradient with respect to the bias of {@link #addBias}. */
  static void columnSums(float[] values, int rows, int width, float[] target, int offset) {
    Arrays.fill(target, offset, offset + width, 0f);
    for (int row = 0; row < rows; row++) {
      VectorMath.add(values, row * width, target, offset, width);
    }
  }

  /**
   * Computes the backward pass of a ReLU, whose output is 0 where it was inactive.
   *
   * @param from index in {@code activations} that belongs to the first of {@code gradients}
   */
  static void zeroWhereInactive(float[] gradients, float[] activations, int from, int count) {
    // Units are active almost at random, so a branch would be mispredicted every other time, and C2
    // has no vector code for a choice between floats. It has for min: any activation but 0 is
    // lifted above 1, and cut off there.
    for (int i = 0; i < count; i++) {
      gradients[i] *= Math.min(activations[from + i] * Float.MAX_VALUE, 1f);
    }
  }
}
