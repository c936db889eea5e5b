// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.encoder;

import dev.fathom.blas.Matrix;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.nd4j.linalg.activations.Activation;

/**
 * 3 × 3 convolutions of stride 2 with ReLU, each halving the picture, then one fully connected
 * layer.
 */
final class ConvolutionEncoder implements Encoder {
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
   *
   * A chunk of images goes through all layers before the next one, so that what one layer writes is still in the cache
   * when the next one reads it, and gradients are kept for a chunk only.
   *
   * Parameters a layer: bias, then weights as out × in × 3 × 3, which is DL4J's order. The kernel's own order is
   * out × 3 × 3 × in with the taps in the order in which the blocks hold them; reordering a few ten thousand weights a step
   * costs nothing beside the gemm.
   */

  private static final long serialVersionUID = 1L;
  private static final int SIDE = 3;
  private static final int TAPS = SIDE * SIDE;
  private static final int COLOURS = 3;
  private static final int BLOCK = 4;

  /** Images that go through the layers together: more no longer fit the second cache level. */
  private static final int CHUNK = 32;

  /** Places of all images of a chunk that make a band, about. Measured, as {@link #CHUNK} is. */
  private static final int PLACES = 1024;

  /**
   * What a row of places reads of a block's clockwise pixels.
   *
   * @param tap how many taps the reaches before it have
   * @param taps the kernel's own for these pixels, as 3·y + x
   */
  private record Reach(int rowBefore, int columnBefore, int pixel, int tap, int... taps) {
    int depth(Layer layer) {
      return taps.length * layer.in();
    }

    /** Where its weights start. */
    int weights(Layer layer) {
      return tap * layer.in() * layer.out();
    }

    int placesOfRow(Layer layer) {
      return layer.outWidth() - columnBefore;
    }

    /** Where a row of places starts to read, from a chunk's first block on. */
    int start(Layer layer, int row, int chunk) {
      return (row - rowBefore) * layer.outWidth() * chunk * layer.block() + pixel * layer.in();
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

  private final int height;
  private final int width;
  private final int dimension;
  private final Layer[] layers;
  private final DenseStack head;

  /** One convolution: its shapes, and where its parameters start. */
  private record Layer(int height, int width, int in, int out, int offset) implements Serializable {
    boolean first() {
      return offset == 0;
    }

    List<Reach> reaches() {
      return first() ? UNROLLED : REACHES;
    }

    int outHeight() {
      return (height + 1) / 2;
    }

    int outWidth() {
      return (width + 1) / 2;
    }

    int patch() {
      return TAPS * in;
    }

    int weights() {
      return out * patch();
    }

    /** Floats that belong to a place in what is multiplied. */
    int block() {
      return first() ? patch() : BLOCK * in;
    }

    /** Floats of an image as the kernel holds it: with a border of 0, or in blocks. */
    int inputSize() {
      return first() ? (height + 2) * (width + 2) * in : outHeight() * outWidth() * BLOCK * in;
    }

    int outputSize() {
      return outHeight() * outWidth() * out;
    }

    /** Whether some blocks reach beyond the picture. */
    boolean ragged() {
      return !first() && (height % 2 == 1 || width % 2 == 1);
    }
  }

  ConvolutionEncoder(int height, int width, List<Integer> channels, int dimension) {
    this.height = height;
    this.width = width;
    this.dimension = dimension;
    layers = new Layer[channels.size()];
    int offset = 0;
    int in = COLOURS;
    int h = height;
    int w = width;
    for (int l = 0; l < layers.length; l++) {
      Layer layer = new Layer(h, w, in, channels.get(l), offset);
      layers[l] = layer;
      offset += layer.out() + layer.weights();
      in = layer.out();
      h = layer.outHeight();
      w = layer.outWidth();
    }
    head = new DenseStack(h * w * in, List.of(), dimension);
  }

  @Override
  public int parameterCount() {
    return Math.addExact(headOffset(), head.parameterCount());
  }

  @Override
  public long multiplications() {
    long sum = head.parameterCount();
    for (Layer layer : layers) {
      sum += (long) layer.outHeight() * layer.outWidth() * layer.weights();
    }
    return sum;
  }

  @Override
  public int dimension() {
    return dimension;
  }

  @Override
  public void initialise(float[] parameters, int offset, RandomGenerator random) {
    for (Layer layer : layers) {
      DenseStack.uniform(
          parameters,
          offset + layer.offset(),
          layer.out() + layer.weights(),
          layer.patch(),
          random);
    }
    head.initialise(parameters, offset + headOffset(), random);
  }

  @Override
  public InputType inputType() {
    return InputType.convolutional(height, width, COLOURS, CNN2DFormat.NHWC);
  }

  @Override
  public String addLayers(GraphBuilder builder, String name) {
    String previous = name;
    for (int l = 0; l < layers.length; l++) {
      String layerName = name + ".convolution" + l;
      builder.addLayer(
          layerName,
          new ConvolutionLayer.Builder(SIDE, SIDE)
              .nIn(layers[l].in())
              .nOut(layers[l].out())
              .stride(2, 2)
              .padding(1, 1)
              .convolutionMode(ConvolutionMode.Truncate)
              .dataFormat(CNN2DFormat.NHWC)
              .activation(Activation.RELU)
              .build(),
          previous);
      previous = layerName;
    }
    return head.addLayers(builder, name, previous);
  }

  @Override
  public EncoderKernel kernel(int maximumRows) {
    return new Kernel(maximumRows);
  }

  private int headOffset() {
    Layer last = layers[layers.length - 1];
    return last.offset() + last.out() + last.weights();
  }

  private final class Kernel implements EncoderKernel {
    private final DenseStack.Memory memory;

    /** What each layer reads, a whole batch; the last layer writes into the head's input. */
    private final float[][] inputs = new float[layers.length][];

    /** ∂L/∂{@link #inputs} of a chunk; none for the pictures themselves. */
    private final float[][] gradients = new float[layers.length][];

    private final float[][] weights = new float[layers.length][];
    private final float[][] weightGradients = new float[layers.length][];

    /**
     * A layer's bias once for every image of a chunk, as one long loop is faster than many short
     * ones.
     */
    private final float[][] biases = new float[layers.length][];

    private final float[][] biasGradients = new float[layers.length][];

    /** Rows of places in a band, for each layer. */
    private final int[] bands = new int[layers.length];

    /** A band of places of all images of a chunk: what a layer gives, or its gradient. */
    private final float[] places;

    /** The first layer's patches of a band of places. */
    private final float[] columns;

    private final float[] picture = new float[height * width * COLOURS];
    private int rows;

    private Kernel(int maximumRows) {
      memory = head.memory(maximumRows);
      int chunk = Math.min(CHUNK, maximumRows);
      int placeFloats = 0;
      for (int l = 0; l < layers.length; l++) {
        Layer layer = layers[l];
        inputs[l] = new float[Math.multiplyExact(maximumRows, layer.inputSize())];
        gradients[l] = new float[l == 0 ? 0 : chunk * layer.inputSize()];
        weights[l] = new float[layer.weights()];
        weightGradients[l] = new float[layer.weights()];
        biases[l] = new float[chunk * layer.out()];
        biasGradients[l] = new float[chunk * layer.out()];
        bands[l] = Math.min(layer.outHeight(), Math.max(1, PLACES / (chunk * layer.outWidth())));
        placeFloats = Math.max(placeFloats, bands[l] * chunk * layer.outWidth() * layer.out());
      }
      places = new float[placeFloats];
      columns = new float[bands[0] * chunk * layers[0].outWidth() * layers[0].patch()];
    }

    @Override
    public void forward(
        Column column, int[] rows, int count, float[] parameters, int offset, float[] output) {
      Column.Numbers images = (Column.Numbers) column;
      this.rows = count;
      for (int i = 0; i < count; i++) {
        images.copyRow(rows[i], picture, 0);
        addBorder(layers[0], picture, inputs[0], i * layers[0].inputSize());
      }
      for (int l = 0; l < layers.length; l++) {
        Layer layer = layers[l];
        int bias = offset + layer.offset();
        for (int to = 0; to < biases[l].length; to += layer.out()) {
          System.arraycopy(parameters, bias, biases[l], to, layer.out());
        }
        pack(layer, parameters, bias + layer.out(), weights[l]);
        if (layer.ragged()) {
          Arrays.fill(inputs[l], 0, count * layer.inputSize(), 0f);
        }
      }
      for (int first = 0; first < count; first += CHUNK) {
        int chunk = Math.min(CHUNK, count - first);
        for (int l = 0; l < layers.length; l++) {
          int height = layers[l].outHeight();
          for (int row = 0; row < height; row += bands[l]) {
            int band = Math.min(bands[l], height - row);
            multiply(l, row, band, first, chunk);
            activate(l, row, band, first, chunk);
          }
        }
      }
      memory.forward(count, parameters, offset + headOffset(), output);
    }

    @Override
    public void backward(float[] outputGradient, float[] parameters, int offset, float[] target) {
      memory.backward(rows, outputGradient, parameters, offset + headOffset(), target, true);
      int last = layers.length - 1;
      DenseStack.zeroWhereInactive(
          memory.inputGradient(), memory.input(), 0, rows * layers[last].outputSize());
      for (int l = 0; l <= last; l++) {
        Arrays.fill(biasGradients[l], 0f);
        Arrays.fill(weightGradients[l], 0f);
      }
      for (int first = 0; first < rows; first += CHUNK) {
        int chunk = Math.min(CHUNK, rows - first);
        for (int l = last; l >= 0; l--) {
          int height = layers[l].outHeight();
          for (int row = 0; row < height; row += bands[l]) {
            int band = Math.min(bands[l], height - row);
            gather(l, row, band, first, chunk);
            multiplyBack(l, row, band, first, chunk);
          }
          if (l > 0) {
            int size = layers[l].inputSize();
            DenseStack.zeroWhereInactive(gradients[l], inputs[l], first * size, chunk * size);
          }
        }
      }
      for (int l = 0; l <= last; l++) {
        Layer layer = layers[l];
        int start = offset + layer.offset();
        int images = biasGradients[l].length / layer.out();
        DenseStack.columnSums(biasGradients[l], images, layer.out(), target, start);
        unpack(layer, weightGradients[l], target, start + layer.out());
      }
    }

    /** Writes a band of a layer's places, without bias, into {@link #places}. */
    private void multiply(int l, int row, int band, int first, int chunk) {
      Layer layer = layers[l];
      int out = layer.out();
      int rowPlaces = layer.outWidth() * chunk;
      float[] blocks = blocks(l, row, band, first, chunk);
      int start = start(l, row, first, chunk);
      for (Reach reach : layer.reaches()) {
        int depth = reach.depth(layer);
        int step = reach.rowsAtOnce(row, band);
        int count = step * reach.placesOfRow(layer) * chunk;
        for (int r = Math.max(row, reach.rowBefore()); r < row + band && count > 0; r += step) {
          Matrix.of(
                  places, ((r - row) * rowPlaces + reach.columnBefore() * chunk) * out, count, out)
              .multiply(
                  1f,
                  Matrix.of(
                      blocks, start + reach.start(layer, r, chunk), count, depth, layer.block()),
                  Matrix.of(weights[l], reach.weights(layer), out, depth).transposed(),
                  reach.tap() == 0 ? 0f : 1f);
        }
      }
    }

    /** Takes the gradient of a band of places to the weights and to the layer's input. */
    private void multiplyBack(int l, int row, int band, int first, int chunk) {
      Layer layer = layers[l];
      int out = layer.out();
      int rowPlaces = layer.outWidth() * chunk;
      float[] blocks = blocks(l, row, band, first, chunk);
      int start = start(l, row, first, chunk);
      for (Reach reach : layer.reaches()) {
        int depth = reach.depth(layer);
        int step = reach.rowsAtOnce(row, band);
        int count = step * reach.placesOfRow(layer) * chunk;
        for (int r = Math.max(row, reach.rowBefore()); r < row + band && count > 0; r += step) {
          int from = ((r - row) * rowPlaces + reach.columnBefore() * chunk) * out;
          Matrix.of(weightGradients[l], reach.weights(layer), out, depth)
              .addProduct(
                  Matrix.of(places, from, count, out).transposed(),
                  Matrix.of(
                      blocks, start + reach.start(layer, r, chunk), count, depth, layer.block()));
          if (l > 0) {
            Matrix.of(gradients[l], reach.start(layer, r, chunk), count, depth, layer.block())
                .multiply(
                    1f,
                    Matrix.of(places, from, count, out),
                    Matrix.of(weights[l], reach.weights(layer), out, depth),
                    reach.tap() == 0 ? 0f : 1f);
          }
        }
      }
    }

    /** What a layer multiplies: its input, or the first one's columns, made now. */
    private float[] blocks(int l, int row, int band, int first, int chunk) {
      if (l > 0) {
        return inputs[l];
      }
      unroll(layers[0], inputs[0], first, chunk, row, band, columns);
      return columns;
    }

    /** Where a chunk's first block lies, or would if the columns went back that far. */
    private int start(int l, int row, int first, int chunk) {
      Layer layer = layers[l];
      return l > 0 ? first * layer.inputSize() : -row * layer.outWidth() * chunk * layer.block();
    }

    /** Takes {@link #places} through bias and relu to where the next layer reads. */
    private void activate(int l, int row, int band, int first, int chunk) {
      boolean last = l == layers.length - 1;
      float[] target = last ? memory.input() : inputs[l + 1];
      int start = first * (last ? layers[l].outputSize() : layers[l + 1].inputSize());
      int out = layers[l].out();
      int stride = last ? layers[l].outputSize() : BLOCK * out;
      for (int c = 0; c < band * layers[l].outWidth(); c++) {
        int from = c * chunk * out;
        addBias(places, from, biases[l], chunk * out);
        int to = start + position(l, row * layers[l].outWidth() + c, chunk);
        for (int image = 0; image < chunk; image++) {
          System.arraycopy(places, from + image * out, target, to + image * stride, out);
        }
      }
    }

    /** The way back of {@link #activate} but for the relu, from the gradient of the output. */
    private void gather(int l, int row, int band, int first, int chunk) {
      boolean last = l == layers.length - 1;
      float[] source = last ? memory.inputGradient() : gradients[l + 1];
      int start = last ? first * layers[l].outputSize() : 0;
      int out = layers[l].out();
      int stride = last ? layers[l].outputSize() : BLOCK * out;
      for (int c = 0; c < band * layers[l].outWidth(); c++) {
        int from = start + position(l, row * layers[l].outWidth() + c, chunk);
        int to = c * chunk * out;
        for (int image = 0; image < chunk; image++) {
          System.arraycopy(source, from + image * stride, places, to + image * out, out);
        }
        add(places, to, biasGradients[l], chunk * out);
      }
    }

    /** Where a place of a chunk's first image goes in what the next layer reads. */
    private int position(int l, int place, int chunk) {
      Layer layer = layers[l];
      if (l == layers.length - 1) {
        return place * layer.out();
      }
      int row = place / layer.outWidth();
      int column = place % layer.outWidth();
      int block = row / 2 * layers[l + 1].outWidth() + column / 2;
      int clockwise = row % 2 == 0 ? column % 2 : 3 - column % 2;
      return (block * chunk * BLOCK + clockwise) * layer.out();
    }
  }

  private static void addBias(float[] places, int from, float[] bias, int length) {
    for (int i = 0; i < length; i++) {
      places[from + i] = Math.max(places[from + i] + bias[i], 0f);
    }
  }

  private static void add(float[] source, int from, float[] target, int length) {
    for (int i = 0; i < length; i++) {
      target[i] += source[from + i];
    }
  }

  private static void addBorder(Layer layer, float[] picture, float[] target, int offset) {
    int row = layer.width() * COLOURS;
    int bordered = row + 2 * COLOURS;
    for (int y = 0; y < layer.height(); y++) {
      System.arraycopy(picture, y * row, target, offset + (y + 1) * bordered + COLOURS, row);
    }
  }

  /** Writes the patches of a band of places, those of all images of one place together. */
  private static void unroll(
      Layer layer, float[] pictures, int first, int images, int row, int band, float[] columns) {
    int patchRow = SIDE * COLOURS;
    int pictureRow = (layer.width() + 2) * COLOURS;
    for (int image = 0; image < images; image++) {
      int picture = (first + image) * layer.inputSize();
      for (int place = 0; place < band * layer.outWidth(); place++) {
        int y = row + place / layer.outWidth();
        int x = place % layer.outWidth();
        int from = picture + 2 * y * pictureRow + 2 * x * COLOURS;
        int to = (place * images + image) * SIDE * patchRow;
        for (int i = 0; i < patchRow; i++) {
          columns[to + i] = pictures[from + i];
          columns[to + patchRow + i] = pictures[from + pictureRow + i];
          columns[to + 2 * patchRow + i] = pictures[from + 2 * pictureRow + i];
        }
      }
    }
  }

  /** From out × in × 3 × 3 to a matrix out × pixels × in for each reach. */
  private static void pack(Layer layer, float[] parameters, int offset, float[] packed) {
    int to = 0;
    for (Reach reach : layer.reaches()) {
      for (int out = 0; out < layer.out(); out++) {
        for (int tap : reach.taps()) {
          int from = offset + out * layer.patch() + tap;
          for (int in = 0; in < layer.in(); in++) {
            packed[to++] = parameters[from + in * TAPS];
          }
        }
      }
    }
  }

  /** The way back of {@link #pack}. */
  private static void unpack(Layer layer, float[] packed, float[] target, int offset) {
    int from = 0;
    for (Reach reach : layer.reaches()) {
      for (int out = 0; out < layer.out(); out++) {
        for (int tap : reach.taps()) {
          int to = offset + out * layer.patch() + tap;
          for (int in = 0; in < layer.in(); in++) {
            target[to + in * TAPS] = packed[from++];
          }
        }
      }
    }
  }
}
