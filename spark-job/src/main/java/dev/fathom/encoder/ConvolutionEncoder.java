// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.encoder;

import dev.fathom.blas.Blas;
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
   * Images are height × width × channels throughout, so a row of a 3 × 3 patch is one contiguous copy of 3·channels
   * floats. A few images at a time are unrolled into columns (places × 9·channels, im2col), so that the columns stay in the
   * second cache level, and multiplied by the weights with gemm; the way back unrolls again rather than keep the columns
   * of the whole batch in memory, multiplies, and adds the patches back (col2im).
   *
   * Parameters a layer: bias, then weights as out × in × 3 × 3, which is DL4J's order. The kernel's own order is
   * out × 3 × 3 × in, that of the columns; reordering a few ten thousand weights a step costs nothing beside the gemm.
   */

  private static final long serialVersionUID = 1L;
  private static final int SIDE = 3;
  private static final int PATCH = SIDE * SIDE;

  /** Floats of columns that are unrolled at once: 1 MiB. */
  private static final int COLUMN_FLOATS = 1 << 18;

  private final int height;
  private final int width;
  private final int dimension;
  private final Layer[] layers;
  private final DenseStack head;

  /** One convolution: its shapes, and where its parameters start. */
  private record Layer(int height, int width, int in, int out, int offset) implements Serializable {
    int outHeight() {
      return (height + 1) / 2;
    }

    int outWidth() {
      return (width + 1) / 2;
    }

    int places() {
      return outHeight() * outWidth();
    }

    int columnWidth() {
      return PATCH * in;
    }

    int weights() {
      return out * columnWidth();
    }

    int inputSize() {
      return height * width * in;
    }

    int outputSize() {
      return places() * out;
    }

    /** Images whose columns are unrolled at once. */
    int chunk() {
      return Math.max(1, COLUMN_FLOATS / (places() * columnWidth()));
    }
  }

  ConvolutionEncoder(int height, int width, List<Integer> channels, int dimension) {
    this.height = height;
    this.width = width;
    this.dimension = dimension;
    layers = new Layer[channels.size()];
    int offset = 0;
    int in = 3;
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
      sum += (long) layer.places() * layer.weights();
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
          layer.columnWidth(),
          random);
    }
    head.initialise(parameters, offset + headOffset(), random);
  }

  @Override
  public InputType inputType() {
    return InputType.convolutional(height, width, 3, CNN2DFormat.NHWC);
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

    private final float[][] gradients = new float[layers.length][];
    private final float[] columns;
    private final float[] columnGradients;
    private final float[] weights;
    private final float[] weightGradients;
    private int rows;

    private Kernel(int maximumRows) {
      memory = head.memory(maximumRows);
      int columnFloats = 0;
      int weightFloats = 0;
      for (int l = 0; l < layers.length; l++) {
        Layer layer = layers[l];
        inputs[l] = new float[Math.multiplyExact(maximumRows, layer.inputSize())];
        gradients[l] = l == 0 ? null : new float[inputs[l].length];
        columnFloats = Math.max(columnFloats, layer.chunk() * layer.places() * layer.columnWidth());
        weightFloats = Math.max(weightFloats, layer.weights());
      }
      columns = new float[columnFloats];
      columnGradients = new float[columnFloats];
      weights = new float[weightFloats];
      weightGradients = new float[weightFloats];
    }

    @Override
    public void forward(
        Column column, int[] rows, int count, float[] parameters, int offset, float[] output) {
      Column.Numbers images = (Column.Numbers) column;
      this.rows = count;
      for (int i = 0; i < count; i++) {
        images.copyRow(rows[i], inputs[0], i * layers[0].inputSize());
      }
      for (int l = 0; l < layers.length; l++) {
        Layer layer = layers[l];
        float[] target = l + 1 < layers.length ? inputs[l + 1] : memory.input();
        int start = offset + layer.offset();
        pack(layer, parameters, start + layer.out(), weights);
        for (int first = 0; first < count; first += layer.chunk()) {
          int places = Math.min(layer.chunk(), count - first) * layer.places();
          unroll(layer, inputs[l], first, places / layer.places());
          Blas.gemm(
              false,
              true,
              places,
              layer.out(),
              layer.columnWidth(),
              1f,
              columns,
              0,
              layer.columnWidth(),
              weights,
              0,
              layer.columnWidth(),
              0f,
              target,
              first * layer.outputSize(),
              layer.out());
        }
        DenseStack.addBias(target, count * layer.places(), layer.out(), parameters, start, true);
      }
      memory.forward(count, parameters, offset + headOffset(), output);
    }

    @Override
    public void backward(float[] outputGradient, float[] parameters, int offset, float[] target) {
      memory.backward(rows, outputGradient, parameters, offset + headOffset(), target, true);
      for (int l = layers.length - 1; l >= 0; l--) {
        Layer layer = layers[l];
        boolean last = l == layers.length - 1;
        float[] activations = last ? memory.input() : inputs[l + 1];
        float[] gradient = last ? memory.inputGradient() : gradients[l + 1];
        DenseStack.zeroWhereInactive(gradient, activations, rows * layer.outputSize());
        int start = offset + layer.offset();
        DenseStack.columnSums(gradient, rows * layer.places(), layer.out(), target, start);
        pack(layer, parameters, start + layer.out(), weights);
        if (l > 0) {
          Arrays.fill(gradients[l], 0, rows * layer.inputSize(), 0f);
        }
        for (int first = 0; first < rows; first += layer.chunk()) {
          int images = Math.min(layer.chunk(), rows - first);
          int places = images * layer.places();
          unroll(layer, inputs[l], first, images);
          Blas.gemm(
              true,
              false,
              layer.out(),
              layer.columnWidth(),
              places,
              1f,
              gradient,
              first * layer.outputSize(),
              layer.out(),
              columns,
              0,
              layer.columnWidth(),
              first == 0 ? 0f : 1f,
              weightGradients,
              0,
              layer.columnWidth());
          if (l > 0) {
            Blas.gemm(
                false,
                false,
                places,
                layer.columnWidth(),
                layer.out(),
                1f,
                gradient,
                first * layer.outputSize(),
                layer.out(),
                weights,
                0,
                layer.columnWidth(),
                0f,
                columnGradients,
                0,
                layer.columnWidth());
            addBack(layer, gradients[l], first, images);
          }
        }
        unpack(layer, weightGradients, target, start + layer.out());
      }
    }

    /**
     * Writes the patches of some images into {@link #columns}; places outside the picture are 0.
     */
    private void unroll(Layer layer, float[] source, int first, int images) {
      int in = layer.in();
      int position = 0;
      for (int image = first; image < first + images; image++) {
        int base = image * layer.inputSize();
        for (int outY = 0; outY < layer.outHeight(); outY++) {
          for (int outX = 0; outX < layer.outWidth(); outX++) {
            int x = 2 * outX - 1;
            int from = Math.max(x, 0);
            int to = Math.min(x + SIDE, layer.width());
            for (int y = 2 * outY - 1; y < 2 * outY - 1 + SIDE; y++) {
              if (y < 0 || y >= layer.height()) {
                Arrays.fill(columns, position, position + SIDE * in, 0f);
              } else {
                int before = position + (from - x) * in;
                int after = position + (to - x) * in;
                Arrays.fill(columns, position, before, 0f);
                System.arraycopy(
                    source,
                    base + (y * layer.width() + from) * in,
                    columns,
                    before,
                    after - before);
                Arrays.fill(columns, after, position + SIDE * in, 0f);
              }
              position += SIDE * in;
            }
          }
        }
      }
    }

    /** Adds the patches in {@link #columnGradients} to the places they were taken from. */
    private void addBack(Layer layer, float[] target, int first, int images) {
      int in = layer.in();
      int position = 0;
      for (int image = first; image < first + images; image++) {
        int base = image * layer.inputSize();
        for (int outY = 0; outY < layer.outHeight(); outY++) {
          for (int outX = 0; outX < layer.outWidth(); outX++) {
            int x = 2 * outX - 1;
            int from = Math.max(x, 0);
            int to = Math.min(x + SIDE, layer.width());
            for (int y = 2 * outY - 1; y < 2 * outY - 1 + SIDE; y++) {
              if (y >= 0 && y < layer.height()) {
                add(
                    columnGradients,
                    position + (from - x) * in,
                    target,
                    base + (y * layer.width() + from) * in,
                    (to - from) * in);
              }
              position += SIDE * in;
            }
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
  private static void pack(Layer layer, float[] parameters, int offset, float[] packed) {
    for (int out = 0; out < layer.out(); out++) {
      int start = out * layer.columnWidth();
      for (int in = 0; in < layer.in(); in++) {
        for (int place = 0; place < PATCH; place++) {
          packed[start + place * layer.in() + in] = parameters[offset + start + in * PATCH + place];
        }
      }
    }
  }

  /** The way back of {@link #pack}. */
  private static void unpack(Layer layer, float[] packed, float[] target, int offset) {
    for (int out = 0; out < layer.out(); out++) {
      int start = out * layer.columnWidth();
      for (int in = 0; in < layer.in(); in++) {
        for (int place = 0; place < PATCH; place++) {
          target[offset + start + in * PATCH + place] = packed[start + place * layer.in() + in];
        }
      }
    }
  }
}
