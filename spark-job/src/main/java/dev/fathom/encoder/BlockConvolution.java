// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.encoder;

import dev.fathom.blas.Matrix;
import dev.fathom.blas.VectorMath;
import java.util.Arrays;
import java.util.List;

/** A convolution of stride 2 with ReLU over chunks of images, and its way back. */
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

  /** Pixels of a block. */
  private static final int BLOCK = 4;

  /** Places of all images of a chunk that make a band, about. Measured. */
  private static final int PLACES = 1024;

  /**
   * What a row of places reads of a block's clockwise pixels.
   *
   * @param tap how many taps the reaches before it have
   * @param taps the kernel's own for these pixels, as 3·y + x
   */
  private record Reach(int rowBefore, int columnBefore, int pixel, int tap, int... taps) {
    int depth(BlockConvolution layer) {
      return taps.length * layer.in;
    }

    /** The factor of what is there before: the first overwrites it, the others add to it. */
    float keeps() {
      return tap == 0 ? 0f : 1f;
    }

    int placesOfRow(BlockConvolution layer) {
      return layer.width - columnBefore;
    }

    /** Where a row of places starts to read, from a chunk's first block on. */
    int start(BlockConvolution layer, int row, int chunk) {
      return (row - rowBefore) * layer.width * chunk * layer.block + pixel * layer.in;
    }

    /** How many rows of a band are one matrix: all, unless the first place of each is left out. */
    int rowsAtOnce(int row, int band) {
      return columnBefore == 0 ? band - Math.max(rowBefore - row, 0) : 1;
    }
  }

  /** The one that writes every pixel comes first, so that the others may add to it. */
  private static final List<Reach> REACHES =
      List.of(
          new Reach(0, 0, 0, 0, 4, 5, 8, 7),
          new Reach(0, 1, 1, 4, 3, 6),
          new Reach(1, 0, 2, 6, 2, 1),
          new Reach(1, 1, 2, 8, 0));

  /** The first layer's only one: what is unrolled. */
  private static final List<Reach> UNROLLED =
      List.of(new Reach(0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8));

  private final Convolution shape;
  private final boolean first;
  private final boolean last;
  private final List<Reach> reaches;
  private final int in;
  private final int out;

  /** Rows of places. */
  private final int height;

  /** Places of a row. */
  private final int width;

  /** Floats that belong to a place in what is multiplied. */
  private final int block;

  /** Floats of an image as it is held here: with a border of 0, or in blocks. */
  private final int inputSize;

  /** What it reads, a whole batch. */
  private final float[] input;

  /** ∂L/∂input of a chunk; none for the pictures themselves. */
  private final float[] inputGradient;

  /** The patches of a band of places, where they are unrolled. */
  private final float[] columns;

  private final PackedWeights weights;

  /** Once for every image of a chunk, as one long loop is faster than many short ones. */
  private final float[] biases;

  private final float[] biasGradients;

  /** Rows of places in a band. */
  private final int band;

  /**
   * @param first whether it reads pictures, else what another layer gives
   * @param last whether it gives pictures, else what another layer reads
   * @param chunk images that go through it together, at most
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

  /** What it reads, a whole batch. */
  float[] input() {
    return input;
  }

  /** ∂L/∂{@link #input} of the chunk that {@link #backward} saw last. */
  float[] inputGradient() {
    return inputGradient;
  }

  /** Floats of a band of places of all images of a chunk. */
  int bandFloats(int chunk) {
    return band * chunk * width * out;
  }

  /** Takes in a picture as that of a row of the batch. */
  void setPicture(int row, float[] picture) {
    int length = shape.width() * in;
    int bordered = length + 2 * in;
    int from = row * inputSize;
    for (int y = 0; y < shape.height(); y++) {
      System.arraycopy(picture, y * length, input, from + (y + 1) * bordered + in, length);
    }
  }

  /** Begins a batch with the parameters that it goes by. */
  void begin(int rows, float[] parameters, int start) {
    int bias = start + shape.offset();
    for (int to = 0; to < biases.length; to += out) {
      System.arraycopy(parameters, bias, biases, to, out);
    }
    weights.read(parameters, bias + out);
    boolean ragged = shape.height() % 2 == 1 || shape.width() % 2 == 1;
    if (!first && ragged) {
      // Some blocks reach beyond the picture.
      Arrays.fill(input, 0, rows * inputSize, 0f);
    }
  }

  /**
   * Takes a chunk through.
   *
   * @param from its first image within the batch
   * @param places working memory, {@link #bandFloats}
   * @param target where the next layer reads
   */
  void forward(int from, int chunk, float[] places, float[] target) {
    for (int row = 0; row < height; row += band) {
      int rows = Math.min(band, height - row);
      multiply(row, rows, from, chunk, places, false);
      activate(row, rows, from, chunk, places, target);
    }
  }

  /** Begins the way back of a batch. */
  void clearGradients() {
    Arrays.fill(biasGradients, 0f);
    Arrays.fill(weights.gradients, 0f);
  }

  /**
   * Takes the gradient of a chunk back.
   *
   * @param source ∂L/∂ of what the layer gave, before its relu
   * @param sourceFrom the chunk's first image in it
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

  /** Writes the gradients of the batch's parameters. */
  void writeGradients(float[] target, int start) {
    int bias = start + shape.offset();
    LayerMath.columnSums(biasGradients, biasGradients.length / out, out, target, bias);
    weights.writeGradients(target, bias + out);
  }

  /**
   * Writes a band of places, without bias; or takes the gradient of one back to the weights and to
   * the input.
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

  /** Where a row of a band's places starts that a reach is for. */
  private int place(int row, Reach reach, int chunk) {
    return (row * width + reach.columnBefore()) * chunk * out;
  }

  /** What is multiplied: the input, or the columns, made now. */
  private float[] blocks(int row, int rows, int from, int chunk) {
    if (!first) {
      return input;
    }
    unroll(row, rows, from, chunk);
    return columns;
  }

  /** Where a chunk's first block lies, or would if the columns went back that far. */
  private int start(int row, int from, int chunk) {
    return first ? -row * width * chunk * block : from * inputSize;
  }

  /** Writes the patches of a band of places, those of all images of one place together. */
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

  /** Takes a band of places through bias and relu to where the next layer reads. */
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

  /** The way back of {@link #activate} but for the relu. */
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

  /** Where a place of a chunk's first image goes in what the next layer reads. */
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

  /** From one image of a place to the next in what the next layer reads. */
  private int outputStride() {
    return last ? outputSize() : BLOCK * out;
  }

  /** Floats of an image in what the next layer reads. */
  private int outputSize() {
    return last ? height * width * out : blocks(height) * blocks(width) * BLOCK * out;
  }

  private static int blocks(int places) {
    return (places + 1) / 2;
  }
}
