// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.encoder;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.nd4j.linalg.activations.Activation;

/**
 * An encoder of stages, each a 3 × 3 convolution of stride 2, which halves the picture, and a
 * residual block (He, Zhang, Ren, Sun 2016) of two 3 × 3 convolutions; then one fully connected
 * layer.
 */
final class ResidualEncoder implements Encoder {
  /*
   * A stage:   h = relu(down(x)),  u = relu(first(h)),  y = relu(h + second(u))
   *
   * There is no batch normalisation, whose statistics averaged replicas could not share, so the block's last convolution
   * starts at 0: the block is then the identity (h is not negative), and the depth does no harm at the start.
   *
   * Backward, with g = ∂L/∂y where y > 0:  ∂L/∂u comes through second, and ∂L/∂h = g + what comes through first, which is
   * added to g in place once second has read it.
   */

  private static final long serialVersionUID = 1L;

  private final int height;
  private final int width;
  private final Stage[] stages;
  private final DenseStack head;

  private record Stage(Convolution down, Convolution first, Convolution second)
      implements Serializable {
    static Stage of(int height, int width, int in, int out, int offset) {
      Convolution down = new Convolution(height, width, in, out, 2, offset);
      Convolution first = same(down, down.end());
      return new Stage(down, first, same(down, first.end()));
    }

    private static Convolution same(Convolution after, int offset) {
      return new Convolution(
          after.outHeight(), after.outWidth(), after.out(), after.out(), 1, offset);
    }

    int size() {
      return down.outputSize();
    }
  }

  ResidualEncoder(int height, int width, List<Integer> channels, int dimension) {
    this.height = height;
    this.width = width;
    List<Stage> built = new ArrayList<>();
    Stage last = null;
    for (int out : channels) {
      last =
          last == null
              ? Stage.of(height, width, 3, out, 0)
              : Stage.of(
                  last.second().height(),
                  last.second().width(),
                  last.second().out(),
                  out,
                  last.second().end());
      built.add(last);
    }
    stages = built.toArray(Stage[]::new);
    head = new DenseStack(last.size(), List.of(), dimension);
  }

  @Override
  public int parameterCount() {
    return Math.addExact(headOffset(), head.parameterCount());
  }

  @Override
  public long multiplications() {
    return head.parameterCount()
        + convolutions().stream().mapToLong(Convolution::multiplications).sum();
  }

  @Override
  public int dimension() {
    return head.output();
  }

  @Override
  public void initialise(float[] parameters, int offset, RandomGenerator random) {
    for (Stage stage : stages) {
      stage.down().initialise(parameters, offset, random);
      stage.first().initialise(parameters, offset, random);
      Arrays.fill(parameters, offset + stage.second().offset(), offset + stage.second().end(), 0f);
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
    for (int s = 0; s < stages.length; s++) {
      String stage = name + ".stage" + s;
      builder
          .addLayer(stage + ".down", stages[s].down().layer(Activation.RELU), previous)
          .addLayer(stage + ".first", stages[s].first().layer(Activation.RELU), stage + ".down")
          .addLayer(
              stage + ".second", stages[s].second().layer(Activation.IDENTITY), stage + ".first")
          .addVertex(
              stage + ".sum",
              new ElementWiseVertex(ElementWiseVertex.Op.Add),
              stage + ".down",
              stage + ".second")
          .addLayer(stage + ".relu", new ActivationLayer(Activation.RELU), stage + ".sum");
      previous = stage + ".relu";
    }
    return head.addLayers(builder, name, previous);
  }

  @Override
  public EncoderKernel kernel(int maximumRows) {
    return new Kernel(maximumRows);
  }

  private List<Convolution> convolutions() {
    return Stream.of(stages)
        .flatMap(stage -> Stream.of(stage.down(), stage.first(), stage.second()))
        .toList();
  }

  private int headOffset() {
    return stages[stages.length - 1].second().end();
  }

  /**
   * A stage's convolutions, with its activations and their gradients, each for a batch of pictures.
   */
  private static final class StageMemory {
    private final int size;
    private final UnrolledConvolution down;
    private final UnrolledConvolution first;
    private final UnrolledConvolution second;
    private final float[] h;
    private final float[] u;
    private final float[] y;
    private final float[] gu;
    private final float[] gy;

    /**
     * @param y receives the stage's output; {@code gy} holds its gradient
     */
    StageMemory(Stage stage, UnrolledConvolution.Scratch scratch, int rows, float[] y, float[] gy) {
      size = stage.size();
      down = new UnrolledConvolution(stage.down(), scratch);
      first = new UnrolledConvolution(stage.first(), scratch);
      second = new UnrolledConvolution(stage.second(), scratch);
      h = new float[Math.multiplyExact(rows, size)];
      u = new float[h.length];
      gu = new float[h.length];
      this.y = y;
      this.gy = gy;
    }

    void forward(float[] x, int rows, float[] parameters, int offset) {
      down.forward(x, rows, parameters, offset, h, false);
      first.forward(h, rows, parameters, offset, u, false);
      System.arraycopy(h, 0, y, 0, rows * size);
      second.forward(u, rows, parameters, offset, y, true);
    }

    /**
     * @param gx ∂L/∂x is added to it; null if it is not needed
     */
    void backward(int rows, float[] target, int offset, float[] gx) {
      int count = rows * size;
      LayerMath.zeroWhereInactive(gy, y, 0, count);
      Arrays.fill(gu, 0, count, 0f);
      second.backward(gy, target, offset, gu);
      LayerMath.zeroWhereInactive(gu, u, 0, count);
      float[] gh = gy;
      first.backward(gu, target, offset, gh);
      LayerMath.zeroWhereInactive(gh, h, 0, count);
      down.backward(gh, target, offset, gx);
    }
  }

  private final class Kernel implements EncoderKernel {
    private final DenseStack.Memory memory;
    private final float[] pixels;
    private final StageMemory[] memories = new StageMemory[stages.length];
    private int rows;

    private Kernel(int maximumRows) {
      memory = head.memory(maximumRows);
      UnrolledConvolution.Scratch scratch = new UnrolledConvolution.Scratch(convolutions());
      pixels = new float[Math.multiplyExact(maximumRows, stages[0].down().inputSize())];
      for (int s = 0; s < stages.length; s++) {
        boolean last = s == stages.length - 1;
        int size = Math.multiplyExact(maximumRows, stages[s].size());
        memories[s] =
            new StageMemory(
                stages[s],
                scratch,
                maximumRows,
                last ? memory.input() : new float[size],
                last ? memory.inputGradient() : new float[size]);
      }
    }

    @Override
    public void forward(
        Column column, int[] rows, int count, float[] parameters, int offset, float[] output) {
      this.rows = count;
      int size = stages[0].down().inputSize();
      for (int i = 0; i < count; i++) {
        ((Column.Numbers) column).copyRow(rows[i], pixels, i * size);
      }
      float[] x = pixels;
      for (StageMemory stage : memories) {
        stage.forward(x, count, parameters, offset);
        x = stage.y;
      }
      memory.forward(count, parameters, offset + headOffset(), output);
    }

    @Override
    public void backward(float[] outputGradient, float[] parameters, int offset, float[] target) {
      memory.backward(rows, outputGradient, parameters, offset + headOffset(), target, true);
      for (int s = memories.length - 1; s > 0; s--) {
        StageMemory before = memories[s - 1];
        Arrays.fill(before.gy, 0, rows * before.size, 0f);
        memories[s].backward(rows, target, offset, before.gy);
      }
      memories[0].backward(rows, target, offset, null);
    }
  }
}
