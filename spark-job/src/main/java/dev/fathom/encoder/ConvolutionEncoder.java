// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.encoder;

import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.nd4j.linalg.activations.Activation;

/**
 * 3 × 3 convolutions of stride 2 with ReLU, each halving the picture, then one fully connected
 * layer.
 */
final class ConvolutionEncoder implements Encoder {
  private static final long serialVersionUID = 1L;
  private static final int COLOURS = 3;

  /**
   * Number of images that go through the layers together; more do not fit into the second-level
   * cache.
   */
  private static final int CHUNK = 32;

  private final int height;
  private final int width;
  private final Convolution[] layers;
  private final DenseStack head;

  ConvolutionEncoder(int height, int width, List<Integer> channels, int dimension) {
    this.height = height;
    this.width = width;
    layers = new Convolution[channels.size()];
    Convolution last = null;
    for (int l = 0; l < layers.length; l++) {
      int out = channels.get(l);
      last =
          last == null
              ? new Convolution(height, width, COLOURS, out, 2, 0)
              : new Convolution(last.outHeight(), last.outWidth(), last.out(), out, 2, last.end());
      layers[l] = last;
    }
    head = new DenseStack(last.outputSize(), List.of(), dimension);
  }

  @Override
  public int parameterCount() {
    return Math.addExact(headOffset(), head.parameterCount());
  }

  @Override
  public long multiplications() {
    return Stream.of(layers).mapToLong(Convolution::multiplications).sum() + head.parameterCount();
  }

  @Override
  public int dimension() {
    return head.output();
  }

  @Override
  public void initialise(float[] parameters, int offset, RandomGenerator random) {
    for (Convolution layer : layers) {
      layer.initialise(parameters, offset, random);
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
      builder.addLayer(layerName, layers[l].layer(Activation.RELU), previous);
      previous = layerName;
    }
    return head.addLayers(builder, name, previous);
  }

  @Override
  public EncoderKernel kernel(int maximumRows) {
    return new Kernel(maximumRows);
  }

  private int headOffset() {
    return layers[layers.length - 1].end();
  }

  private final class Kernel implements EncoderKernel {
    /*
     * A chunk of images goes through all layers before the next one, so that what one layer writes is still in the cache
     * when the next one reads it, and gradients are kept for a chunk only.
     */

    private final BlockConvolution[] convolutions = new BlockConvolution[layers.length];
    private final DenseStack.Memory memory;

    /** The output of a layer, or its gradient, for a band of places of all images of a chunk. */
    private final float[] places;

    private final float[] picture = new float[height * width * COLOURS];
    private int rows;

    private Kernel(int maximumRows) {
      memory = head.memory(maximumRows);
      int chunk = Math.min(CHUNK, maximumRows);
      int floats = 0;
      for (int l = 0; l < layers.length; l++) {
        convolutions[l] =
            new BlockConvolution(layers[l], l == 0, l == layers.length - 1, maximumRows, chunk);
        floats = Math.max(floats, convolutions[l].bandFloats(chunk));
      }
      places = new float[floats];
    }

    @Override
    public void forward(
        Column column, int[] rows, int count, float[] parameters, int offset, float[] output) {
      this.rows = count;
      for (int i = 0; i < count; i++) {
        ((Column.Numbers) column).copyRow(rows[i], picture, 0);
        convolutions[0].setPicture(i, picture);
      }
      for (BlockConvolution layer : convolutions) {
        layer.begin(count, parameters, offset);
      }
      int last = layers.length - 1;
      for (int first = 0; first < count; first += CHUNK) {
        int chunk = Math.min(CHUNK, count - first);
        for (int l = 0; l <= last; l++) {
          float[] target = l == last ? memory.input() : convolutions[l + 1].input();
          convolutions[l].forward(first, chunk, places, target);
        }
      }
      memory.forward(count, parameters, offset + headOffset(), output);
    }

    @Override
    public void backward(float[] outputGradient, float[] parameters, int offset, float[] target) {
      memory.backward(rows, outputGradient, parameters, offset + headOffset(), target, true);
      int last = layers.length - 1;
      LayerMath.zeroWhereInactive(
          memory.inputGradient(), memory.input(), 0, rows * layers[last].outputSize());
      for (BlockConvolution layer : convolutions) {
        layer.clearGradients();
      }
      for (int first = 0; first < rows; first += CHUNK) {
        int chunk = Math.min(CHUNK, rows - first);
        convolutions[last].backward(first, chunk, places, memory.inputGradient(), first);
        for (int l = last - 1; l >= 0; l--) {
          convolutions[l].backward(first, chunk, places, convolutions[l + 1].inputGradient(), 0);
        }
      }
      for (BlockConvolution layer : convolutions) {
        layer.writeGradients(target, offset);
      }
    }
  }
}
