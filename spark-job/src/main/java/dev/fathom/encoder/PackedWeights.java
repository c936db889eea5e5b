// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.encoder;

/**
 * The weights of a convolution and their gradients, in the order in which a kernel multiplies:
 * groups of taps one after another, each a matrix out × taps × in. Reordering some ten thousand
 * weights per step costs almost nothing compared with the products.
 */
final class PackedWeights {
  final float[] values;
  final float[] gradients;

  /** The index of each weight among the parameters, which are out × in × 3 × 3. */
  private final int[] order;

  /**
   * @param groups groups of taps, numbered 3·y + x; each tap is in one group
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
   * Reads the weights.
   *
   * @param start index of the first weight among the parameters
   */
  void read(float[] parameters, int start) {
    for (int i = 0; i < order.length; i++) {
      values[i] = parameters[start + order[i]];
    }
  }

  /** Writes the gradients in the order of the parameters. */
  void writeGradients(float[] target, int start) {
    for (int i = 0; i < order.length; i++) {
      target[start + order[i]] = gradients[i];
    }
  }
}
