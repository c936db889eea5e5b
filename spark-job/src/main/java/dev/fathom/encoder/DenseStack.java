// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.encoder;

import dev.fathom.blas.Matrix;
import java.io.Serializable;
import java.util.List;
import java.util.random.RandomGenerator;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.nd4j.linalg.activations.Activation;

/** Fully connected layers with ReLU between them: the dense encoder, and the head of the others. */
final class DenseStack implements Serializable {
  /*
   * Layer l maps a (rows × in) to relu(a·Wᵀ + b), the last one without the relu. Parameters a layer: W as out × in
   * row-major, then b; which is how DL4J flattens a dense layer (its in × out weights in column-major order).
   *
   * Backward: with g = ∂L/∂(a·Wᵀ + b), ∂L/∂W = gᵀ·a, ∂L/∂b = column sums of g, ∂L/∂a = g·W; the relu's gradient is read
   * off its output, which is positive exactly where its input was.
   */

  private static final long serialVersionUID = 1L;

  /** Widths from input to output, at least two numbers. */
  private final int[] widths;

  DenseStack(int input, List<Integer> hidden, int output) {
    widths = new int[hidden.size() + 2];
    widths[0] = input;
    for (int i = 0; i < hidden.size(); i++) {
      widths[i + 1] = hidden.get(i);
    }
    widths[widths.length - 1] = output;
  }

  /** Width of the output. */
  int output() {
    return widths[widths.length - 1];
  }

  int parameterCount() {
    int count = 0;
    for (int layer = 0; layer < layers(); layer++) {
      count = Math.addExact(count, Math.multiplyExact(widths[layer + 1], widths[layer] + 1));
    }
    return count;
  }

  /** Draws weights and biases uniformly within ±1/√in. */
  void initialise(float[] parameters, int offset, RandomGenerator random) {
    int position = offset;
    for (int layer = 0; layer < layers(); layer++) {
      position =
          Initialisation.uniform(
              parameters, position, widths[layer + 1] * (widths[layer] + 1), widths[layer], random);
    }
  }

  String addLayers(GraphBuilder builder, String name, String input) {
    String previous = input;
    for (int layer = 0; layer < layers(); layer++) {
      boolean last = layer == layers() - 1;
      String layerName = name + ".dense" + layer;
      builder.addLayer(
          layerName,
          new DenseLayer.Builder()
              .nIn(widths[layer])
              .nOut(widths[layer + 1])
              .activation(last ? Activation.IDENTITY : Activation.RELU)
              .build(),
          previous);
      previous = layerName;
    }
    return previous;
  }

  Memory memory(int maximumRows) {
    return new Memory(maximumRows);
  }

  private int layers() {
    return widths.length - 1;
  }

  /** Activations of a batch, and the arithmetic on them. */
  final class Memory {
    /** The input of each layer. The caller fills the first one, {@link #forward} the others. */
    private final float[][] inputs;

    private final float[][] gradients;

    private Memory(int maximumRows) {
      inputs = new float[layers()][];
      gradients = new float[layers()][];
      for (int layer = 0; layer < layers(); layer++) {
        inputs[layer] = new float[Math.multiplyExact(maximumRows, widths[layer])];
        gradients[layer] = new float[inputs[layer].length];
      }
    }

    /** The first layer's input, which the caller writes: rows × width. */
    float[] input() {
      return inputs[0];
    }

    /** Returns ∂L/∂input, after {@link #backward}. */
    float[] inputGradient() {
      return gradients[0];
    }

    void forward(int rows, float[] parameters, int offset, float[] output) {
      int position = offset;
      for (int layer = 0; layer < layers(); layer++) {
        int in = widths[layer];
        int out = widths[layer + 1];
        boolean last = layer == layers() - 1;
        float[] target = last ? output : inputs[layer + 1];
        Matrix.of(target, 0, rows, out)
            .setProduct(
                Matrix.of(inputs[layer], 0, rows, in),
                Matrix.of(parameters, position, out, in).transposed());
        LayerMath.addBias(target, rows, out, parameters, position + out * in, !last);
        position += out * (in + 1);
      }
    }

    void backward(
        int rows,
        float[] outputGradient,
        float[] parameters,
        int offset,
        float[] target,
        boolean toInput) {
      int end = offset + parameterCount();
      for (int layer = layers() - 1; layer >= 0; layer--) {
        int in = widths[layer];
        int out = widths[layer + 1];
        float[] gradient = layer == layers() - 1 ? outputGradient : gradients[layer + 1];
        int position = end - out * (in + 1);
        Matrix.of(target, position, out, in)
            .setProduct(
                Matrix.of(gradient, 0, rows, out).transposed(),
                Matrix.of(inputs[layer], 0, rows, in));
        LayerMath.columnSums(gradient, rows, out, target, position + out * in);
        if (layer > 0 || toInput) {
          Matrix.of(gradients[layer], 0, rows, in)
              .setProduct(
                  Matrix.of(gradient, 0, rows, out), Matrix.of(parameters, position, out, in));
        }
        if (layer > 0) {
          LayerMath.zeroWhereInactive(gradients[layer], inputs[layer], 0, rows * in);
        }
        end = position;
      }
    }
  }
}
