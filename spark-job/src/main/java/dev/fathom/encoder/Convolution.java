// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.encoder;

import dev.fathom.blas.Matrix;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Collection;
import java.util.random.RandomGenerator;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.nd4j.linalg.activations.Activation;

/**
 * One 3 × 3 convolution with bias over pictures padded by one place of zeros, of stride 1 (same
 * size) or 2 (half the size, rounded up).
 *
 * @param height of the input; {@code width} likewise
 * @param in channels of the input
 * @param out channels of the output
 * @param stride 1 or 2
 * @param offset where its parameters start within the encoder's
 */
record Convolution(int height, int width, int in, int out, int stride, int offset)
    implements Serializable {
  /*
   * Pictures are height × width × channels, so a row of a 3 × 3 patch is one contiguous copy of 3·channels floats. A few
   * pictures at a time are unrolled into columns (places × 9·channels, im2col), so that the columns stay in the second
   * cache level, and multiplied by the weights; the way back unrolls again rather than keep the columns of the batch.
   *
   *   forward     y = C·Wᵀ + b            C: the columns of x, W: out × 9·in
   *   backward    ∂L/∂W = gᵀ·C,  ∂L/∂b = column sums of g,  ∂L/∂x = patches of g·W added where they came from (col2im)
   *
   * Parameters: bias, then weights as out × in × 3 × 3, DL4J's order; W above is out × 3 × 3 × in, that of the columns.
   */

  private static final long serialVersionUID = 1L;
  private static final int SIDE = 3;
  private static final int PATCH = SIDE * SIDE;

  /** Floats of columns that are unrolled at once: 1 MiB. */
  private static final int COLUMN_FLOATS = 1 << 18;

  int outHeight() {
    return (height + stride - 1) / stride;
  }

  int outWidth() {
    return (width + stride - 1) / stride;
  }

  /** Multiplications that a picture takes. */
  long multiplications() {
    return (long) places() * weights();
  }

  /** Floats of a picture that it reads. */
  int inputSize() {
    return Math.multiplyExact(Math.multiplyExact(height, width), in);
  }

  /** Floats of a picture that it writes. */
  int outputSize() {
    return Math.multiplyExact(places(), out);
  }

  /** Where the parameters of whatever comes next start. */
  int end() {
    return Math.addExact(offset, Math.addExact(out, weights()));
  }

  /** Draws the initial parameters, uniform within ±1/√(9·in). */
  void initialise(float[] parameters, int start, RandomGenerator random) {
    DenseStack.uniform(parameters, start + offset, out + weights(), columnWidth(), random);
  }

  /** The twin. */
  ConvolutionLayer layer(Activation activation) {
    return new ConvolutionLayer.Builder(SIDE, SIDE)
        .nIn(in)
        .nOut(out)
        .stride(stride, stride)
        .padding(1, 1)
        .convolutionMode(ConvolutionMode.Truncate)
        .dataFormat(CNN2DFormat.NHWC)
        .activation(activation)
        .build();
  }

  private int places() {
    return Math.multiplyExact(outHeight(), outWidth());
  }

  private int columnWidth() {
    return PATCH * in;
  }

  private int weights() {
    return Math.multiplyExact(out, columnWidth());
  }

  /** Pictures whose columns are unrolled at once. */
  private int chunk() {
    return Math.max(1, COLUMN_FLOATS / Math.multiplyExact(places(), columnWidth()));
  }

  /** Working memory that convolutions use one after the other, on one thread. */
  static final class Scratch {
    private final float[] columns;
    private final float[] columnGradients;
    private final float[] weights;
    private final float[] weightGradients;

    Scratch(Collection<Convolution> convolutions) {
      int columnFloats = 0;
      int weightFloats = 0;
      for (Convolution each : convolutions) {
        columnFloats = Math.max(columnFloats, each.chunk() * each.places() * each.columnWidth());
        weightFloats = Math.max(weightFloats, each.weights());
      }
      columns = new float[columnFloats];
      columnGradients = new float[columnFloats];
      weights = new float[weightFloats];
      weightGradients = new float[weightFloats];
    }
  }

  /**
   * Convolves.
   *
   * @param input rows pictures
   * @param start where the encoder's parameters start in {@code parameters}
   * @param output receives rows pictures
   * @param add whether to add to what is in {@code output}
   * @param relu whether to cut off below 0 in the end
   */
  void forward(
      Scratch scratch,
      float[] input,
      int rows,
      float[] parameters,
      int start,
      float[] output,
      boolean add,
      boolean relu) {
    pack(parameters, start + offset + out, scratch.weights);
    for (int first = 0; first < rows; first += chunk()) {
      int pictures = Math.min(chunk(), rows - first);
      unroll(input, first, pictures, scratch.columns);
      Matrix.of(output, first * outputSize(), pictures * places(), out)
          .multiply(
              1f,
              Matrix.of(scratch.columns, 0, pictures * places(), columnWidth()),
              Matrix.of(scratch.weights, 0, out, columnWidth()).transposed(),
              add ? 1f : 0f);
    }
    DenseStack.addBias(output, rows * places(), out, parameters, start + offset, relu);
  }

  /**
   * Gradients with respect to the parameters and the input.
   *
   * @param gradient ∂L/∂output, before any relu
   * @param target receives ∂L/∂parameters
   * @param inputGradient ∂L/∂input is added to it; null where nobody asks for it
   */
  void backward(
      Scratch scratch,
      float[] input,
      int rows,
      float[] parameters,
      int start,
      float[] gradient,
      float[] target,
      float[] inputGradient) {
    DenseStack.columnSums(gradient, rows * places(), out, target, start + offset);
    pack(parameters, start + offset + out, scratch.weights);
    for (int first = 0; first < rows; first += chunk()) {
      int pictures = Math.min(chunk(), rows - first);
      unroll(input, first, pictures, scratch.columns);
      Matrix.of(scratch.weightGradients, 0, out, columnWidth())
          .multiply(
              1f,
              Matrix.of(gradient, first * outputSize(), pictures * places(), out).transposed(),
              Matrix.of(scratch.columns, 0, pictures * places(), columnWidth()),
              first == 0 ? 0f : 1f);
      if (inputGradient != null) {
        Matrix.of(scratch.columnGradients, 0, pictures * places(), columnWidth())
            .setProduct(
                Matrix.of(gradient, first * outputSize(), pictures * places(), out),
                Matrix.of(scratch.weights, 0, out, columnWidth()));
        addBack(scratch.columnGradients, first, pictures, inputGradient);
      }
    }
    unpack(scratch.weightGradients, target, start + offset + out);
  }

  /** Writes the patches of some pictures into columns; places outside the picture are 0. */
  private void unroll(float[] source, int first, int pictures, float[] columns) {
    int position = 0;
    for (int picture = first; picture < first + pictures; picture++) {
      int base = picture * inputSize();
      for (int outY = 0; outY < outHeight(); outY++) {
        int top = outY * stride - 1;
        for (int outX = 0; outX < outWidth(); outX++) {
          int left = outX * stride - 1;
          int from = Math.max(left, 0);
          int to = Math.min(left + SIDE, width);
          for (int y = top; y < top + SIDE; y++) {
            int end = position + SIDE * in;
            if (y < 0 || y >= height) {
              Arrays.fill(columns, position, end, 0f);
            } else {
              int start = position + (from - left) * in;
              int length = (to - from) * in;
              Arrays.fill(columns, position, start, 0f);
              System.arraycopy(source, base + (y * width + from) * in, columns, start, length);
              Arrays.fill(columns, start + length, end, 0f);
            }
            position = end;
          }
        }
      }
    }
  }

  /** Adds the patches in columns to the places they were taken from. */
  private void addBack(float[] columns, int first, int pictures, float[] target) {
    int position = 0;
    for (int picture = first; picture < first + pictures; picture++) {
      int base = picture * inputSize();
      for (int outY = 0; outY < outHeight(); outY++) {
        int top = outY * stride - 1;
        for (int outX = 0; outX < outWidth(); outX++) {
          int left = outX * stride - 1;
          int from = Math.max(left, 0);
          int to = Math.min(left + SIDE, width);
          for (int y = top; y < top + SIDE; y++) {
            if (y >= 0 && y < height) {
              add(
                  columns,
                  position + (from - left) * in,
                  target,
                  base + (y * width + from) * in,
                  (to - from) * in);
            }
            position += SIDE * in;
          }
        }
      }
    }
  }

  private static void add(float[] source, int from, float[] target, int to, int length) {
    for (int i = 0; i < length; i++) {
      target[to + i] += source[from + i];
    }
  }

  /** From out × in × 3 × 3 to out × 3 × 3 × in. */
  private void pack(float[] parameters, int start, float[] packed) {
    for (int o = 0; o < out; o++) {
      int row = o * columnWidth();
      for (int i = 0; i < in; i++) {
        for (int place = 0; place < PATCH; place++) {
          packed[row + place * in + i] = parameters[start + row + i * PATCH + place];
        }
      }
    }
  }

  /** The way back of {@link #pack}. */
  private void unpack(float[] packed, float[] target, int start) {
    for (int o = 0; o < out; o++) {
      int row = o * columnWidth();
      for (int i = 0; i < in; i++) {
        for (int place = 0; place < PATCH; place++) {
          target[start + row + i * PATCH + place] = packed[row + place * in + i];
        }
      }
    }
  }
}
