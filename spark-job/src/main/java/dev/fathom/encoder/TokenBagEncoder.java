// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.encoder;

import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;

/** The mean of a caption's token embeddings, then fully connected layers with ReLU between them. */
final class TokenBagEncoder implements Encoder {
  private static final long serialVersionUID = 1L;

  private final int maximumTokens;
  private final TokenTable table;
  private final DenseStack head;

  /**
   * @param hidden the width of the table, then of the hidden layers
   */
  TokenBagEncoder(int vocabulary, int maximumTokens, List<Integer> hidden, int dimension) {
    this.maximumTokens = maximumTokens;
    table = new TokenTable(vocabulary, hidden.get(0));
    head = new DenseStack(table.width(), hidden.subList(1, hidden.size()), dimension);
  }

  @Override
  public int parameterCount() {
    return Math.addExact(table.size(), head.parameterCount());
  }

  @Override
  public long multiplications() {
    return (long) maximumTokens * table.width() + head.parameterCount();
  }

  @Override
  public int dimension() {
    return head.output();
  }

  @Override
  public void initialise(float[] parameters, int offset, RandomGenerator random) {
    table.initialise(parameters, offset, random);
    head.initialise(parameters, offset + table.size(), random);
  }

  @Override
  public InputType inputType() {
    return InputType.recurrent(table.vocabulary(), maximumTokens);
  }

  @Override
  public String addLayers(GraphBuilder builder, String name) {
    builder.addLayer(name + ".table", table.layer(maximumTokens), name);
    builder.addLayer(
        name + ".mean",
        new GlobalPoolingLayer.Builder().poolingType(PoolingType.AVG).build(),
        name + ".table");
    return head.addLayers(builder, name, name + ".mean");
  }

  @Override
  public EncoderKernel kernel(int maximumRows) {
    return new Kernel(maximumRows);
  }

  private final class Kernel implements EncoderKernel {
    private final int width = table.width();
    private final PackedCaptions captions;
    private final DenseStack.Memory memory;

    private Kernel(int maximumRows) {
      captions = new PackedCaptions(maximumRows, maximumTokens);
      memory = head.memory(maximumRows);
    }

    @Override
    public void forward(
        Column column, int[] rows, int count, float[] parameters, int offset, float[] output) {
      captions.read(column, rows, count);
      int[] tokens = captions.tokens();
      float[] means = memory.input();
      for (int c = 0; c < width; c++) {
        int from = table.column(offset, c);
        for (int i = 0; i < count; i++) {
          float sum = 0;
          for (int t = captions.start(i); t < captions.start(i + 1); t++) {
            sum += parameters[from + tokens[t]];
          }
          means[i * width + c] = sum / Math.max(captions.length(i), 1);
        }
      }
      memory.forward(count, parameters, offset + table.size(), output);
    }

    @Override
    public void backward(
        float[] outputGradient, float[] parameters, int offset, float[] gradients) {
      int count = captions.count();
      memory.backward(count, outputGradient, parameters, offset + table.size(), gradients, true);
      Arrays.fill(gradients, offset, offset + table.size(), 0f);
      int[] tokens = captions.tokens();
      float[] meanGradient = memory.inputGradient();
      for (int c = 0; c < width; c++) {
        int from = table.column(offset, c);
        for (int i = 0; i < count; i++) {
          float share = meanGradient[i * width + c] / Math.max(captions.length(i), 1);
          for (int t = captions.start(i); t < captions.start(i + 1); t++) {
            gradients[from + tokens[t]] += share;
          }
        }
      }
    }
  }
}
