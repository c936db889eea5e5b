// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.encoder;

import java.util.List;
import java.util.random.RandomGenerator;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.inputs.InputType;

/** Fully connected layers with ReLU between them, over a vector or the pixels of an image. */
final class DenseEncoder implements Encoder {
  private static final long serialVersionUID = 1L;

  private final int input;
  private final DenseStack stack;

  DenseEncoder(int input, List<Integer> hidden, int dimension) {
    this.input = input;
    stack = new DenseStack(input, hidden, dimension);
  }

  @Override
  public int parameterCount() {
    return stack.parameterCount();
  }

  @Override
  public int dimension() {
    return stack.output();
  }

  @Override
  public void initialise(float[] parameters, int offset, RandomGenerator random) {
    stack.initialise(parameters, offset, random);
  }

  @Override
  public InputType inputType() {
    return InputType.feedForward(input);
  }

  @Override
  public String addLayers(GraphBuilder builder, String name) {
    return stack.addLayers(builder, name, name);
  }

  @Override
  public EncoderKernel kernel(int maximumRows) {
    return new Kernel(maximumRows);
  }

  private final class Kernel implements EncoderKernel {
    private final DenseStack.Memory memory;
    private int rows;

    private Kernel(int maximumRows) {
      memory = stack.memory(maximumRows);
    }

    @Override
    public void forward(
        Column column, int[] rows, int count, float[] parameters, int offset, float[] output) {
      Column.Numbers numbers = (Column.Numbers) column;
      for (int i = 0; i < count; i++) {
        numbers.copyRow(rows[i], memory.input(), i * input);
      }
      this.rows = count;
      memory.forward(count, parameters, offset, output);
    }

    @Override
    public void backward(
        float[] outputGradient, float[] parameters, int offset, float[] gradients) {
      memory.backward(rows, outputGradient, parameters, offset, gradients, false);
    }
  }
}
