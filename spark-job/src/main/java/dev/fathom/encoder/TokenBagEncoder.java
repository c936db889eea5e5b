// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.encoder;

import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.nd4j.linalg.activations.Activation;

/**
 * The mean of the caption's token embeddings, then fully connected layers with ReLU between them.
 */
final class TokenBagEncoder implements Encoder {
  /*
   * The table holds one column of vocabulary-size floats for each of its dimensions (DL4J's column-major order). Walking
   * it dimension by dimension keeps the one column in the first cache level, so gathers and scatters are cheap though the
   * tokens of a caption lie apart.
   *
   * The table starts near 0: what a word's random start leaves over is noise around the manifold that the captions
   * describe, and shows as intrinsic dimensions that are not there.
   */

  private static final long serialVersionUID = 1L;
  private static final double INITIAL_DEVIATION = 0.05;

  private final int vocabulary;
  private final int maximumTokens;
  private final int width;
  private final int dimension;
  private final DenseStack head;

  /**
   * @param hidden the width of the table, then of the hidden layers
   */
  TokenBagEncoder(int vocabulary, int maximumTokens, List<Integer> hidden, int dimension) {
    this.vocabulary = vocabulary;
    this.maximumTokens = maximumTokens;
    this.dimension = dimension;
    width = hidden.get(0);
    head = new DenseStack(width, hidden.subList(1, hidden.size()), dimension);
  }

  @Override
  public int parameterCount() {
    return Math.addExact(tableSize(), head.parameterCount());
  }

  @Override
  public long multiplications() {
    return (long) maximumTokens * width + head.parameterCount();
  }

  @Override
  public int dimension() {
    return dimension;
  }

  @Override
  public void initialise(float[] parameters, int offset, RandomGenerator random) {
    for (int i = offset; i < offset + tableSize(); i++) {
      parameters[i] = (float) (INITIAL_DEVIATION * random.nextGaussian());
    }
    head.initialise(parameters, offset + tableSize(), random);
  }

  @Override
  public InputType inputType() {
    return InputType.recurrent(vocabulary, maximumTokens);
  }

  @Override
  public String addLayers(GraphBuilder builder, String name) {
    builder.addLayer(
        name + ".table",
        new EmbeddingSequenceLayer.Builder()
            .nIn(vocabulary)
            .nOut(width)
            .inputLength(maximumTokens)
            .hasBias(false)
            .activation(Activation.IDENTITY)
            .build(),
        name);
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

  private int tableSize() {
    return Math.multiplyExact(vocabulary, width);
  }

  private final class Kernel implements EncoderKernel {
    private final DenseStack.Memory memory;

    /**
     * The batch's tokens one after another; row i's are {@code tokens[starts[i], starts[i + 1])}.
     */
    private final int[] tokens;

    private final int[] starts;
    private int rows;

    private Kernel(int maximumRows) {
      memory = head.memory(maximumRows);
      tokens = new int[Math.multiplyExact(maximumRows, maximumTokens)];
      starts = new int[maximumRows + 1];
    }

    @Override
    public void forward(
        Column column, int[] rows, int count, float[] parameters, int offset, float[] output) {
      Column.Tokens captions = (Column.Tokens) column;
      this.rows = count;
      for (int i = 0; i < count; i++) {
        starts[i + 1] = starts[i] + captions.copyRow(rows[i], tokens, starts[i]);
      }
      float[] means = memory.input();
      for (int c = 0; c < width; c++) {
        int tableColumn = offset + c * vocabulary;
        for (int i = 0; i < count; i++) {
          float sum = 0;
          for (int t = starts[i]; t < starts[i + 1]; t++) {
            sum += parameters[tableColumn + tokens[t]];
          }
          means[i * width + c] = sum / Math.max(starts[i + 1] - starts[i], 1);
        }
      }
      memory.forward(count, parameters, offset + tableSize(), output);
    }

    @Override
    public void backward(
        float[] outputGradient, float[] parameters, int offset, float[] gradients) {
      memory.backward(rows, outputGradient, parameters, offset + tableSize(), gradients, true);
      Arrays.fill(gradients, offset, offset + tableSize(), 0f);
      float[] meanGradient = memory.inputGradient();
      for (int c = 0; c < width; c++) {
        int tableColumn = offset + c * vocabulary;
        for (int i = 0; i < rows; i++) {
          float share = meanGradient[i * width + c] / Math.max(starts[i + 1] - starts[i], 1);
          for (int t = starts[i]; t < starts[i + 1]; t++) {
            gradients[tableColumn + tokens[t]] += share;
          }
        }
      }
    }
  }
}
