// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.encoder;

/**
 * The weights of a convolution in the order in which a kernel multiplies by them, with their
 * gradients: groups of taps one after another, each a matrix out × taps × in. Reordering a few ten
 * thousand weights a step costs nothing beside the products.
 */
final class PackedWeights {
  final float[] values;
  final float[] gradients;

  /** Where each stands among the parameters, which are out × in × 3 × 3. */
  private final int[] order;

  /**
   * @param groups of taps, numbered 3·y + x, in which each tap is once
   */
  PackedWeights(Convolution convolution, int[]... groups) {
    order = new int[convolution.weights()];
    values = new float[order.length];
    gradients = new float[order.length];
    int position = 0;
    for (int[] taps : groups) {
      for (int out = 0; out < convolution.out(); out++) {
        for (int tap : taps) {
          for (int in = 0; in < convolution.in(); in++) {
            order[position++] = out * convolution.patch() + in * Convolution.TAPS + tap;
          }
        }
      }
    }
  }

  /**
   * @param start where the weights start among the parameters
   */
  void read(float[] parameters, int start) {
    for (int i = 0; i < order.length; i++) {
      values[i] = parameters[start + order[i]];
    }
  }

  /** Writes the gradients where the weights stand. */
  void writeGradients(float[] target, int start) {
    for (int i = 0; i < order.length; i++) {
      target[start + order[i]] = gradients[i];
    }
  }
}
