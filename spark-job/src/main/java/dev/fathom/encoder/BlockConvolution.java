// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.encoder;

import dev.fathom.blas.Matrix;
import dev.fathom.blas.VectorMath;
import java.util.Arrays;
import java.util.List;

/** A convolution of stride 2 with ReLU over chunks of images, forward and backward. */
final class BlockConvolution {
  /*
   * No columns are unrolled (im2col) but for the first layer's. A layer's input lies in blocks of 2 × 2 pixels, block rows ×
   * block columns × images × 4 pixels × channels, so the place (r, c) of the output reads
   *
   *   from block (r, c)          all four pixels
   *   from block (r, c − 1)      the two on its right
   *   from block (r − 1, c)      the two at its bottom
   *   from block (r − 1, c − 1)  the one at its bottom right
   *
   * Stored clockwise, the pixels of each of these are contiguous. As images stand innermost, all places of a row of the
   * output and all images are one matrix with equal strides, and a convolution is four gemm a row that add up: no copies,
   * no padding, no multiplications by it. The gradients go back by the same four. The first layer's 3 channels are too
   * few for that; its 27 numbers a place are unrolled as one block, and again on the way back. Several rows are multiplied
   * as one band where no place of theirs is left out, for gemm is slow on small matrices.
   */

  private static final int SIDE = Convolution.SIDE;

  /** Pixels in a block. */
  private static final int BLOCK = 4;

  /**
   * Approximate number of places, over all images of a chunk, in one band. The value was measured
   * to be fast.
   */
  private static final int PLACES = 1024;

  /**
   * The pixels of a block, counted clockwise, that a row of places reads.
   *
   * @param tap number of taps of the reaches before this one
   * @param taps taps of the kernel for these pixels, as 3·y + x
   */
  private record Reach(int rowBefore, int columnBefore, int pixel, int tap, int... taps) {
    int depth(BlockConvolution layer) {
      return taps.length * layer.in;
    }

    /**
     * The factor of the earlier content of the target: 0 for the first reach, which overwrites it,
     * and 1 for the others, which add to it.
     */
    float keeps() {
      return tap == 0 ? 0f : 1f;
    }

    int placesOfRow(BlockConvolution layer) {
      return layer.width - columnBefore;
    }

    /**
     * The index of the first number that a row of places reads, counted from a chunk's first block.
     */
    int start(BlockConvolution layer, int row, int chunk) {
      return (row - rowBefore) * layer.width * chunk * layer.block + pixel * layer.in;
    }

    /**
     * The number of rows of a band that are one matrix: all, unless the first place of each row is
     * left out.
     */
    int rowsAtOnce(int row, int band) {
      return columnBefore == 0 ? band - Math.max(rowBefore - row, 0) : 1;
    }
  }

  /**
   * The reaches of a layer. The one that writes every pixel comes first, so the others can add to
   * it.
   */
  private static final List<Reach> REACHES =
      List.of(
          new Reach(0, 0, 0, 0, 4, 5, 8, 7),
          new Reach(0, 1, 1, 4, 3, 6),
          new Reach(1, 0, 2, 6, 2, 1),
          new Reach(1, 1, 2, 8, 0));

  /** The only reach of the first layer: its unrolled columns. */
  private static final List<Reach> UNROLLED =
      List.of(new Reach(0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8));

  private final Convolution shape;
  private final boolean first;
  private final boolean last;
  private final List<Reach> reaches;
  private final int in;
  private final int out;

  /** Number of rows of places. */
  private final int height;

  /** Number of places in a row. */
  private final int width;

  /** Number of floats for each place in the matrix that is multiplied. */
  private final int block;

  /** Number of floats of an image as it is stored here: with a border of zeros, or in blocks. */
  private final int inputSize;

  /** The input of the layer, for a whole batch. */
  private final float[] input;

  /** ∂L/∂input of a chunk; empty for the first layer, whose input is the pictures. */
  private final float[] inputGradient;

  /** The patches of a band of places, if they are unrolled. */
  private final float[] columns;

  private final PackedWeights weights;

  /**
   * The biases, repeated for every image of a chunk, as one long loop is faster than many short
   * ones.
   */
  private final float[] biases;

  private final float[] biasGradients;

  /** Number of rows of places in a band. */
  private final int band;

  /**
   * Creates a layer with its working memory.
   *
   * @param first whether the input is the pictures, not another layer's output
   * @param last whether the output is pictures, not another layer's input
   * @param chunk largest number of images that are processed together
   */
  BlockConvolution(Convolution shape, boolean first, boolean last, int maximumRows, int chunk) {
    this.shape = shape;
    this.first = first;
    this.last = last;
    reaches = first ? UNROLLED : REACHES;
    in = shape.in();
    out = shape.out();
    height = shape.outHeight();
    width = shape.outWidth();
    block = first ? shape.patch() : BLOCK * in;
    inputSize =
        first ? (shape.height() + 2) * (shape.width() + 2) * in : height * width * BLOCK * in;
    input = new float[Math.multiplyExact(maximumRows, inputSize)];
    inputGradient = new float[first ? 0 : chunk * inputSize];
    weights = new PackedWeights(shape, reaches.stream().map(Reach::taps).toArray(int[][]::new));
    biases = new float[chunk * out];
    biasGradients = new float[chunk * out];
    band = Math.min(height, Math.max(1, PLACES / (chunk * width)));
    columns = new float[first ? band * chunk * width * block : 0];
  }

  /** The input of the layer, for a whole batch. */
  float[] input() {
    return input;
  }

  /** ∂L/∂{@link #input} of the last chunk of {@link #backward}. */
  float[] inputGradient() {
    return inputGradient;
  }

  /** Number of floats in a band of places of all images of a chunk. */
  int bandFloats(int chunk) {
    return band * chunk * width * out;
  }

  /** Copies the picture of a row of the batch into the input. */
  void setPicture(int row, float[] picture) {
    int length = shape.width() * in;
    int bordered = length + 2 * in;
    int from = row * inputSize;
    for (int y = 0; y < shape.height(); y++) {
      System.arraycopy(picture, y * length, input, from + (y + 1) * bordered + in, length);
    }
  }

  /** Starts a batch with these parameters. */
  void begin(int rows, float[] parameters, int start) {
    int bias = start + shape.offset();
    for (int to = 0; to < biases.length; to += out) {
      System.arraycopy(parameters, bias, biases, to, out);
    }
    weights.read(parameters, bias + out);
    boolean ragged = shape.height() % 2 == 1 || shape.width() % 2 == 1;
    if (!first && ragged) {
      // The border must be zero, as some blocks reach beyond the picture.
      Arrays.fill(input, 0, rows * inputSize, 0f);
    }
  }

  /**
   * Computes the output of a chunk.
   *
   * @param from index in the batch of the chunk's first image
   * @param places working memory of {@link #bandFloats} floats
   * @param target input of the next layer
   */
  void forward(int from, int chunk, float[] places, float[] target) {
    for (int row = 0; row < height; row += band) {
      int rows = Math.min(band, height - row);
      multiply(row, rows, from, chunk, places, false);
      activate(row, rows, from, chunk, places, target);
    }
  }

  /** Starts the backward pass of a batch. */
  void clearGradients() {
    Arrays.fill(biasGradients, 0f);
    Arrays.fill(weights.gradients, 0f);
  }

  /**
   * Computes the gradients of a chunk.
   *
   * @param source ∂L/∂output, before the ReLU
   * @param sourceFrom index in {@code source} of the chunk's first image
   */
  void backward(int from, int chunk, float[] places, float[] source, int sourceFrom) {
    for (int row = 0; row < height; row += band) {
      int rows = Math.min(band, height - row);
      gather(row, rows, sourceFrom, chunk, places, source);
      multiply(row, rows, from, chunk, places, true);
    }
    if (!first) {
      LayerMath.zeroWhereInactive(inputGradient, input, from * inputSize, chunk * inputSize);
    }
  }

  /** Writes the gradients with respect to the parameters, for the whole batch. */
  void writeGradients(float[] target, int start) {
    int bias = start + shape.offset();
    LayerMath.columnSums(biasGradients, biasGradients.length / out, out, target, bias);
    weights.writeGradients(target, bias + out);
  }

  /**
   * Computes a band of places without bias; or, backward, adds the gradients of a band to those of
   * the weights and of the input.
   */
  private void multiply(int row, int rows, int from, int chunk, float[] places, boolean back) {
    float[] blocks = blocks(row, rows, from, chunk);
    int start = start(row, from, chunk);
    for (Reach reach : reaches) {
      int depth = reach.depth(this);
      int step = reach.rowsAtOnce(row, rows);
      int count = step * reach.placesOfRow(this) * chunk;
      for (int r = Math.max(row, reach.rowBefore()); r < row + rows && count > 0; r += step) {
        int at = reach.start(this, r, chunk);
        Matrix ofPlaces = Matrix.of(places, place(r - row, reach, chunk), count, out);
        Matrix read = Matrix.of(blocks, start + at, count, depth, block);
        if (back) {
          weights(weights.gradients, reach).addProduct(ofPlaces.transposed(), read);
          if (!first) {
            Matrix.of(inputGradient, at, count, depth, block)
                .multiply(1f, ofPlaces, weights(weights.values, reach), reach.keeps());
          }
        } else {
          ofPlaces.multiply(1f, read, weights(weights.values, reach).transposed(), reach.keeps());
        }
      }
    }
  }

  private Matrix weights(float[] packed, Reach reach) {
    return Matrix.of(packed, reach.tap() * in * out, out, reach.depth(this));
  }

  /** The index in a band of a row's first place to which a reach applies. */
  private int place(int row, Reach reach, int chunk) {
    return (row * width + reach.columnBefore()) * chunk * out;
  }

  /**
   * Returns the numbers to multiply: the input, or its unrolled columns, which this call computes.
   */
  private float[] blocks(int row, int rows, int from, int chunk) {
    if (!first) {
      return input;
    }
    unroll(row, rows, from, chunk);
    return columns;
  }

  /**
   * The index of a chunk's first block; for unrolled columns, the index that it would have if all
   * were kept.
   */
  private int start(int row, int from, int chunk) {
    return first ? -row * width * chunk * block : from * inputSize;
  }

  /**
   * Unrolls the patches of a band of places. Those of all images at one place are next to each
   * other.
   */
  private void unroll(int row, int rows, int from, int chunk) {
    int patchRow = SIDE * in;
    int pictureRow = (shape.width() + 2) * in;
    for (int image = 0; image < chunk; image++) {
      int picture = (from + image) * inputSize;
      for (int place = 0; place < rows * width; place++) {
        int y = row + place / width;
        int x = place % width;
        int source = picture + 2 * y * pictureRow + 2 * x * in;
        int to = (place * chunk + image) * SIDE * patchRow;
        for (int i = 0; i < patchRow; i++) {
          columns[to + i] = input[source + i];
          columns[to + patchRow + i] = input[source + pictureRow + i];
          columns[to + 2 * patchRow + i] = input[source + 2 * pictureRow + i];
        }
      }
    }
  }

  /**
   * Adds the bias to a band of places, applies the ReLU, and writes the input of the next layer.
   */
  private void activate(int row, int rows, int from, int chunk, float[] places, float[] target) {
    int start = from * outputSize();
    int length = chunk * out;
    for (int c = 0; c < rows * width; c++) {
      addBias(places, c * length, biases, length);
      int to = start + position(row * width + c, chunk);
      for (int image = 0; image < chunk; image++) {
        System.arraycopy(
            places, c * length + image * out, target, to + image * outputStride(), out);
      }
    }
  }

  /** The backward pass of {@link #activate}, except for the ReLU. */
  private void gather(int row, int rows, int from, int chunk, float[] places, float[] source) {
    int start = from * outputSize();
    int length = chunk * out;
    for (int c = 0; c < rows * width; c++) {
      int at = start + position(row * width + c, chunk);
      for (int image = 0; image < chunk; image++) {
        System.arraycopy(
            source, at + image * outputStride(), places, c * length + image * out, out);
      }
      VectorMath.add(places, c * length, biasGradients, 0, length);
    }
  }

  private static void addBias(float[] places, int from, float[] bias, int length) {
    for (int i = 0; i < length; i++) {
      places[from + i] = Math.max(places[from + i] + bias[i], 0f);
    }
  }

  /** The index of a place of a chunk's first image in the input of the next layer. */
  private int position(int place, int chunk) {
    if (last) {
      return place * out;
    }
    int row = place / width;
    int column = place % width;
    int of = row / 2 * blocks(width) + column / 2;
    int clockwise = row % 2 == 0 ? column % 2 : 3 - column % 2;
    return (of * chunk * BLOCK + clockwise) * out;
  }

  /** The distance from one image to the next at a place, in the input of the next layer. */
  private int outputStride() {
    return last ? outputSize() : BLOCK * out;
  }

  /** Number of floats of an image in the input of the next layer. */
  private int outputSize() {
    return last ? height * width * out : blocks(height) * blocks(width) * BLOCK * out;
  }

  private static int blocks(int places) {
    return (places + 1) / 2;
  }
}
