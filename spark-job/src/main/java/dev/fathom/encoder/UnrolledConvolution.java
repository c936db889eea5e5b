// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.encoder;

import dev.fathom.blas.Matrix;
import dev.fathom.blas.VectorMath;
import java.util.Arrays;
import java.util.Collection;

/** A convolution of batches of pictures by unrolled columns (im2col), forward and backward. */
final class UnrolledConvolution {
  /*
   * Pictures are height × width × channels, so a row of a 3 × 3 patch is one contiguous copy of 3·channels floats. A few
   * pictures at a time are unrolled into columns (places × 9·channels, im2col), so that the columns stay in the second
   * cache level, and multiplied by the weights; the way back unrolls again rather than keep the columns of the batch.
   *
   *   forward     y = C·Wᵀ + b            C: the columns of x, W: out × 9·in
   *   backward    ∂L/∂W = gᵀ·C,  ∂L/∂b = column sums of g,  ∂L/∂x = patches of g·W added where they came from (col2im)
   *
   * W is out × 3 × 3 × in, the order of the columns.
   */

  private static final int SIDE = Convolution.SIDE;
  private static final int[] TAPS = {0, 1, 2, 3, 4, 5, 6, 7, 8};

  /** Number of floats of columns that are unrolled at once: 1 MiB. */
  private static final int COLUMN_FLOATS = 1 << 18;

  private final Convolution shape;
  private final Scratch scratch;
  private final PackedWeights weights;

  /** The input of the last {@link #forward}. */
  private float[] input;

  private int rows;

  /** Working memory that convolutions use one after the other, on one thread. */
  static final class Scratch {
    private final float[] columns;
    private final float[] columnGradients;

    Scratch(Collection<Convolution> shapes) {
      int floats = 0;
      for (Convolution shape : shapes) {
        floats = Math.max(floats, chunk(shape) * shape.places() * shape.patch());
      }
      columns = new float[floats];
      columnGradients = new float[floats];
    }
  }

  UnrolledConvolution(Convolution shape, Scratch scratch) {
    this.shape = shape;
    this.scratch = scratch;
    weights = new PackedWeights(shape, TAPS);
  }

  /** Number of pictures whose columns are unrolled at once. */
  private static int chunk(Convolution shape) {
    return Math.max(1, COLUMN_FLOATS / Math.multiplyExact(shape.places(), shape.patch()));
  }

  /**
   * Convolves the pictures, adds the bias and applies the ReLU.
   *
   * @param input rows pictures; must not change before the backward pass
   * @param start index of the encoder's first parameter in {@code parameters}
   * @param output receives rows pictures
   * @param add whether to add to the content of {@code output} before the bias
   */
  void forward(
      float[] input, int rows, float[] parameters, int start, float[] output, boolean add) {
    this.input = input;
    this.rows = rows;
    int bias = start + shape.offset();
    weights.read(parameters, bias + shape.out());
    int chunk = chunk(shape);
    for (int first = 0; first < rows; first += chunk) {
      int pictures = Math.min(chunk, rows - first);
      unroll(input, first, pictures);
      places(output, first, pictures)
          .multiply(1f, columns(scratch.columns, pictures), weights().transposed(), add ? 1f : 0f);
    }
    LayerMath.addBias(output, rows * shape.places(), shape.out(), parameters, bias, true);
  }

  /**
   * Computes the gradients with respect to the parameters and the input.
   *
   * @param gradient ∂L/∂output, before the ReLU
   * @param target receives ∂L/∂parameters
   * @param inputGradient ∂L/∂input is added to it; null if it is not needed
   */
  void backward(float[] gradient, float[] target, int start, float[] inputGradient) {
    int bias = start + shape.offset();
    LayerMath.columnSums(gradient, rows * shape.places(), shape.out(), target, bias);
    int chunk = chunk(shape);
    for (int first = 0; first < rows; first += chunk) {
      int pictures = Math.min(chunk, rows - first);
      Matrix ofPlaces = places(gradient, first, pictures);
      unroll(input, first, pictures);
      Matrix.of(weights.gradients, 0, shape.out(), shape.patch())
          .multiply(
              1f, ofPlaces.transposed(), columns(scratch.columns, pictures), first == 0 ? 0f : 1f);
      if (inputGradient != null) {
        columns(scratch.columnGradients, pictures).setProduct(ofPlaces, weights());
        rollUp(inputGradient, first, pictures);
      }
    }
    weights.writeGradients(target, bias + shape.out());
  }

  private Matrix places(float[] pictures, int first, int count) {
    return Matrix.of(pictures, first * shape.outputSize(), count * shape.places(), shape.out());
  }

  private Matrix columns(float[] columns, int pictures) {
    return Matrix.of(columns, 0, pictures * shape.places(), shape.patch());
  }

  private Matrix weights() {
    return Matrix.of(weights.values, 0, shape.out(), shape.patch());
  }

  /** Writes the patches of some pictures into columns; places outside the picture are 0. */
  private void unroll(float[] pictures, int first, int count) {
    patches(pictures, first, count, scratch.columns, false);
  }

  /** Adds the patches in columns to the places they were taken from. */
  private void rollUp(float[] pictures, int first, int count) {
    patches(pictures, first, count, scratch.columnGradients, true);
  }

  /** Copies the patches of some pictures row by row, into the columns or back out of them. */
  private void patches(float[] pictures, int first, int count, float[] columns, boolean back) {
    int in = shape.in();
    int position = 0;
    for (int picture = first; picture < first + count; picture++) {
      int base = picture * shape.inputSize();
      for (int outY = 0; outY < shape.outHeight(); outY++) {
        int top = outY * shape.stride() - 1;
        for (int outX = 0; outX < shape.outWidth(); outX++) {
          int left = outX * shape.stride() - 1;
          int from = Math.max(left, 0);
          int length = (Math.min(left + SIDE, shape.width()) - from) * in;
          for (int y = top; y < top + SIDE; y++) {
            int start = position + (from - left) * in;
            int end = position + SIDE * in;
            boolean inside = y >= 0 && y < shape.height();
            int place = base + (y * shape.width() + from) * in;
            if (inside && back) {
              VectorMath.add(columns, start, pictures, place, length);
            } else if (inside) {
              Arrays.fill(columns, position, start, 0f);
              System.arraycopy(pictures, place, columns, start, length);
              Arrays.fill(columns, start + length, end, 0f);
            } else if (!back) {
              Arrays.fill(columns, position, end, 0f);
            }
            position = end;
          }
        }
      }
    }
  }
}
