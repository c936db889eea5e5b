// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.encoder;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.bytedeco.javacpp.FloatPointer;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * An encoder of any DL4J graph with one input and one output. DL4J itself computes the forward pass
 * and the backpropagation from an external ∂L/∂output.
 */
final class GraphEncoder implements Encoder {
  /*
   * What goes to the workers is the configuration as JSON; every kernel builds a graph of its own from it. The flat
   * parameters are copied into the graph's before each forward pass and its gradients out of it after each backward one:
   * two copies of the parameters a step, little beside what DL4J spends on the step.
   *
   * The vertices stand in the configuration in the topological order of the graph they came from, so that the flat
   * parameters have the order of that graph's params() whatever else the graph is joined with.
   */

  private static final long serialVersionUID = 1L;

  /** The layout of the graph's input. */
  enum InputLayout {
    /** Rows × numbers: vectors, or pixels as height × width × 3. */
    FLAT,
    /** Rows × height × width × 3. */
    NHWC,
    /** Rows × 3 × height × width. */
    NCHW,
    /** Rows × 1 × maximum tokens: token numbers, with a mask over the used places. */
    TOKENS
  }

  /**
   * The configuration of a graph from {@link EncoderGraphs#INPUT}, whose name begins the names of
   * all vertices.
   */
  private final String configuration;

  private final InputLayout layout;

  /** Shape of a row, as the side defines it. */
  private final List<Integer> shape;

  /** Number of tokens in the graph's embedding table; 0 unless it reads tokens. */
  private final int words;

  private final int dimension;
  private final int parameterCount;

  /** The saved parameters, empty if they are to be drawn; only the driver needs them. */
  private final transient float[] saved;

  GraphEncoder(
      String configuration,
      InputLayout layout,
      List<Integer> shape,
      int words,
      int dimension,
      float[] saved) {
    this.configuration = configuration;
    this.layout = layout;
    this.shape = List.copyOf(shape);
    this.words = words;
    this.dimension = dimension;
    this.saved = saved;
    parameterCount =
        EncoderGraphs.parametersOf(graph(0), EncoderGraphs.INPUT).stream()
            .mapToInt(part -> Math.toIntExact(part.length()))
            .reduce(0, Math::addExact);
  }

  @Override
  public int parameterCount() {
    return parameterCount;
  }

  @Override
  public long multiplications() {
    // Ten times the parameters, as DL4J's backpropagation takes about ten times as long as the
    // kernels.
    return 10L * parameterCount;
  }

  @Override
  public int dimension() {
    return dimension;
  }

  /** Whether the number of saved parameters is right for the graph. */
  boolean fitsSaved() {
    return saved.length == 0 || saved.length == parameterCount;
  }

  @Override
  public void initialise(float[] parameters, int offset, RandomGenerator random) {
    if (saved.length > 0) {
      System.arraycopy(saved, 0, parameters, offset, saved.length);
    } else {
      EncoderGraphs.getParameters(
          graph(random.nextLong()), EncoderGraphs.INPUT, parameters, offset);
    }
  }

  @Override
  public InputType inputType() {
    return switch (layout) {
      case FLAT -> InputType.feedForward(size());
      case NHWC -> InputType.convolutional(height(), width(), 3, CNN2DFormat.NHWC);
      case NCHW -> InputType.convolutional(height(), width(), 3, CNN2DFormat.NCHW);
      case TOKENS -> InputType.recurrent(words, size());
    };
  }

  @Override
  public String addLayers(GraphBuilder builder, String name) {
    ComputationGraphConfiguration source = ComputationGraphConfiguration.fromJson(configuration);
    for (Map.Entry<String, GraphVertex> entry : source.getVertices().entrySet()) {
      String vertexName = renamed(entry.getKey(), name);
      if (entry.getValue() instanceof LayerVertex layer) {
        layer.getLayerConf().getLayer().setLayerName(vertexName);
      }
      builder.addVertex(
          vertexName,
          entry.getValue(),
          source.getVertexInputs().get(entry.getKey()).stream()
              .map(input -> renamed(input, name))
              .toArray(String[]::new));
    }
    return renamed(source.getNetworkOutputs().get(0), name);
  }

  @Override
  public boolean kernelHoldsParameters() {
    return true;
  }

  @Override
  public Kernel kernel(int maximumRows) {
    return new Kernel();
  }

  private static String renamed(String vertex, String input) {
    return input + vertex.substring(EncoderGraphs.INPUT.length());
  }

  private int size() {
    return shape.stream().reduce(1, Math::multiplyExact);
  }

  private int height() {
    return shape.get(0);
  }

  private int width() {
    return shape.get(1);
  }

  /**
   * Creates the graph without memory workspaces, under which DL4J's embedding of tokens gives wrong
   * gradients.
   */
  private ComputationGraph graph(long seed) {
    return EncoderGraphs.together(
        Map.of(EncoderGraphs.INPUT, this),
        new NeuralNetConfiguration.Builder()
            .seed(seed)
            .trainingWorkspaceMode(WorkspaceMode.NONE)
            .inferenceWorkspaceMode(WorkspaceMode.NONE));
  }

  /** Copies rows into a graph and results out of it. */
  final class Kernel implements EncoderKernel {
    private final ComputationGraph graph = graph(0);
    private final List<INDArray> parts = EncoderGraphs.parametersOf(graph, EncoderGraphs.INPUT);
    private final String output = graph.getConfiguration().getNetworkOutputs().get(0);

    private Kernel() {
      graph.initGradientsView();
    }

    @Override
    public void forward(
        Column column, int[] rows, int count, float[] parameters, int offset, float[] target) {
      FloatPointer pointer = pointer(graph.params());
      int position = offset;
      for (INDArray part : parts) {
        int length = Math.toIntExact(part.length());
        pointer.position(part.offset()).put(parameters, position, length);
        position += length;
      }
      float[] values = activations(column, rows, count).dup('c').data().asFloat();
      System.arraycopy(values, 0, target, 0, values.length);
    }

    @Override
    public void backward(
        float[] outputGradient, float[] parameters, int offset, float[] gradients) {
      int rows = Math.toIntExact(graph.getInput(0).size(0));
      float[] values = Arrays.copyOf(outputGradient, rows * dimension);
      graph.backpropGradient(Nd4j.createFromArray(values).reshape('c', rows, dimension));
      FloatPointer pointer = pointer(graph.getGradientsViewArray());
      int position = offset;
      for (INDArray part : parts) {
        int length = Math.toIntExact(part.length());
        pointer.position(part.offset()).get(gradients, position, length);
        position += length;
      }
    }

    /** Returns the output of the graph for some rows, with its current parameters. */
    INDArray activations(Column column, int[] rows, int count) {
      INDArray input =
          layout == InputLayout.TOKENS ? tokens(column, rows, count) : numbers(column, rows, count);
      return graph.feedForward(new INDArray[] {input}, true, false).get(output);
    }

    private INDArray numbers(Column column, int[] rows, int count) {
      float[] values = new float[count * size()];
      for (int i = 0; i < count; i++) {
        ((Column.Numbers) column).copyRow(rows[i], values, i * size());
      }
      INDArray flat = Nd4j.createFromArray(values);
      return switch (layout) {
        case FLAT, TOKENS -> flat.reshape('c', count, size());
        case NHWC -> flat.reshape('c', count, height(), width(), 3);
        case NCHW -> flat.reshape('c', count, height(), width(), 3).permute(0, 3, 1, 2).dup('c');
      };
    }

    private INDArray tokens(Column column, int[] rows, int count) {
      int width = size();
      int[] caption = new int[width];
      float[] values = new float[count * width];
      float[] mask = new float[count * width];
      for (int i = 0; i < count; i++) {
        int length = ((Column.Tokens) column).copyRow(rows[i], caption, 0);
        for (int t = 0; t < length; t++) {
          values[i * width + t] = caption[t];
          mask[i * width + t] = 1;
        }
        // A caption without words counts as one unknown word, as a mean over nothing is NaN.
        mask[i * width] = 1;
      }
      graph.setLayerMaskArrays(
          new INDArray[] {Nd4j.createFromArray(mask).reshape('c', count, width)}, null);
      return Nd4j.createFromArray(values).reshape('c', count, 1, width);
    }

    private static FloatPointer pointer(INDArray array) {
      return new FloatPointer(array.data().pointer());
    }
  }
}
