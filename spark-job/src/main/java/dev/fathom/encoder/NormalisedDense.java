// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.encoder;

import dev.fathom.blas.Matrix;
import java.io.Serializable;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.nd4j.linalg.activations.Activation;

/**
 * A fully connected layer with layer normalisation (Ba, Kiros, Hinton 2016) of its sums, before the
 * bias and any activation.
 *
 * @param in width of the input
 * @param out width of the output
 * @param offset index of its first parameter among the encoder's
 */
record NormalisedDense(int in, int out, int offset) implements Serializable {
  /*
   * With z = W·x, its mean m and standard deviation s over the out numbers of a row:  ẑ = (z − m)/s,  y = g ⊙ ẑ + b.
   *
   * Backward, with q = ∂L/∂y ⊙ g:  ∂L/∂z = (q − mean(q) − ẑ·mean(q ⊙ ẑ))/s,  ∂L/∂g = Σ ∂L/∂y ⊙ ẑ,  ∂L/∂b = Σ ∂L/∂y.
   * Where all sums of a row are equal, ẑ is 0, and so is its gradient.
   *
   * Parameters, in DL4J's order: W as out × in, b, g.
   */

  private static final long serialVersionUID = 1L;

  /** The index after the layer's last parameter. */
  int end() {
    return Math.addExact(offset, Math.multiplyExact(out, in + 2));
  }

  /** Draws the weights uniformly within ±1/√in; biases are 0, gains 1. */
  void initialise(float[] parameters, int start, RandomGenerator random) {
    int biases = Initialisation.uniform(parameters, start + offset, out * in, in, random);
    Arrays.fill(parameters, biases, biases + out, 0f);
    Arrays.fill(parameters, biases + out, biases + 2 * out, 1f);
  }

  /** The twin of this layer in a DL4J graph. */
  DenseLayer layer(Activation activation) {
    return new DenseLayer.Builder()
        .nIn(in)
        .nOut(out)
        .hasLayerNorm(true)
        .activation(activation)
        .build();
  }

  Memory memory(int maximumRows) {
    return new Memory(maximumRows);
  }

  /** The activations of a batch, kept for the backward pass. */
  final class Memory {
    private final float[] normalised;
    private final float[] inverseDeviations;
    private final float[] output;

    /** The input of the last {@link #forward}. */
    private float[] input;

    private int rows;

    private Memory(int maximumRows) {
      normalised = new float[Math.multiplyExact(maximumRows, out)];
      inverseDeviations = new float[maximumRows];
      output = new float[normalised.length];
    }

    /** The output of the layer, rows × out. */
    float[] output() {
      return output;
    }

    /**
     * Computes the output of the layer.
     *
     * @param input rows × in; must not change before the backward pass
     */
    void forward(float[] input, int rows, float[] parameters, int start) {
      this.input = input;
      this.rows = rows;
      int weights = start + offset;
      Matrix.of(normalised, 0, rows, out)
          .setProduct(
              Matrix.of(input, 0, rows, in), Matrix.of(parameters, weights, out, in).transposed());
      int biases = weights + out * in;
      for (int row = 0; row < rows; row++) {
        standardise(row);
        for (int c = 0; c < out; c++) {
          output[row * out + c] =
              normalised[row * out + c] * parameters[biases + out + c] + parameters[biases + c];
        }
      }
    }

    private void standardise(int row) {
      int from = row * out;
      float sum = 0;
      for (int c = 0; c < out; c++) {
        sum += normalised[from + c];
      }
      float mean = sum / out;
      float squares = 0;
      for (int c = 0; c < out; c++) {
        float centred = normalised[from + c] - mean;
        normalised[from + c] = centred;
        squares += centred * centred;
      }
      float inverse = squares > 0 ? (float) (1 / Math.sqrt(squares / out)) : 0f;
      for (int c = 0; c < out; c++) {
        normalised[from + c] *= inverse;
      }
      inverseDeviations[row] = inverse;
    }

    /**
     * Computes the gradients of the last {@link #forward}.
     *
     * @param gradient ∂L/∂output, rows × out; overwritten as working memory
     * @param target receives ∂L/∂parameters
     * @param inputGradient receives ∂L/∂input, rows × in
     * @param add whether to add to {@code inputGradient} instead of overwriting it
     */
    void backward(
        float[] gradient,
        float[] parameters,
        int start,
        float[] target,
        float[] inputGradient,
        boolean add) {
      int weights = start + offset;
      int biases = weights + out * in;
      LayerMath.columnSums(gradient, rows, out, target, biases);
      Arrays.fill(target, biases + out, biases + 2 * out, 0f);
      for (int row = 0; row < rows; row++) {
        backThroughNorm(row, gradient, parameters, biases + out, target);
      }
      Matrix.of(target, weights, out, in)
          .setProduct(
              Matrix.of(gradient, 0, rows, out).transposed(), Matrix.of(input, 0, rows, in));
      Matrix.of(inputGradient, 0, rows, in)
          .multiply(
              1f,
              Matrix.of(gradient, 0, rows, out),
              Matrix.of(parameters, weights, out, in),
              add ? 1f : 0f);
    }

    private void backThroughNorm(
        int row, float[] gradient, float[] parameters, int gains, float[] target) {
      int from = row * out;
      float sum = 0;
      float along = 0;
      for (int c = 0; c < out; c++) {
        float z = normalised[from + c];
        float g = gradient[from + c];
        target[gains + c] += g * z;
        float q = g * parameters[gains + c];
        gradient[from + c] = q;
        sum += q;
        along += q * z;
      }
      float mean = sum / out;
      float slope = along / out;
      for (int c = 0; c < out; c++) {
        gradient[from + c] =
            (gradient[from + c] - mean - normalised[from + c] * slope) * inverseDeviations[row];
      }
    }
  }
}
