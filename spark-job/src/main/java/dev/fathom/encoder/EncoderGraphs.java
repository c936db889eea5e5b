// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.encoder;

import dev.fathom.blas.Blas;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Encoders as plain DL4J graphs: each by itself, as it is saved, and both as the single network
 * that dl4j-spark trains.
 */
public final class EncoderGraphs {
  /** Name of the input of a single encoder's graph. */
  public static final String INPUT = "input";

  /** Name of the last vertex of a single encoder's graph. */
  public static final String EMBEDDING = "embedding";

  static {
    // When ND4J loads, it gives BLAS a thread for every core unless the environment says otherwise.
    Nd4j.getBackend();
    Blas.useOneThread();
  }

  private EncoderGraphs() {}

  /**
   * Makes the graph of one encoder, from {@link #INPUT} to {@link #EMBEDDING}.
   *
   * @param toEmbedding vertex without parameters that turns the output into the embedding
   * @param parameters the encoder's parameters from {@code offset} on
   */
  public static ComputationGraph single(
      Encoder encoder, GraphVertex toEmbedding, float[] parameters, int offset) {
    GraphBuilder builder = new NeuralNetConfiguration.Builder().graphBuilder().addInputs(INPUT);
    builder.addVertex(EMBEDDING, toEmbedding, encoder.addLayers(builder, INPUT));
    ComputationGraphConfiguration configuration =
        builder.setInputTypes(encoder.inputType()).setOutputs(EMBEDDING).build();
    ComputationGraph graph = new ComputationGraph(configuration);
    graph.init();
    setParameters(graph, INPUT, parameters, offset);
    return graph;
  }

  /**
   * Makes one graph of several unconnected encoders, each with its own input, named as given, and
   * output.
   */
  public static ComputationGraph together(Map<String, Encoder> encoders) {
    return together(encoders, new NeuralNetConfiguration.Builder());
  }

  /** Makes one graph of several encoders, with settings for the whole graph. */
  static ComputationGraph together(
      Map<String, Encoder> encoders, NeuralNetConfiguration.Builder settings) {
    List<String> names = List.copyOf(encoders.keySet());
    GraphBuilder builder = settings.graphBuilder().addInputs(names);
    String[] outputs = new String[names.size()];
    for (int i = 0; i < outputs.length; i++) {
      outputs[i] = encoders.get(names.get(i)).addLayers(builder, names.get(i));
    }
    builder.setInputTypes(
        names.stream().map(name -> encoders.get(name).inputType()).toArray(InputType[]::new));
    ComputationGraph graph = new ComputationGraph(builder.setOutputs(outputs).build());
    graph.init();
    return graph;
  }

  /** Copies flat parameters into the layers of the encoder whose input is {@code name}. */
  public static void setParameters(
      ComputationGraph graph, String name, float[] parameters, int offset) {
    int position = offset;
    for (INDArray part : parametersOf(graph, name)) {
      int count = Math.toIntExact(part.length());
      float[] values = Arrays.copyOfRange(parameters, position, position + count);
      part.assign(Nd4j.createFromArray(values).reshape(part.shape()));
      position += count;
    }
  }

  /** Copies the layers of the encoder whose input is {@code name} into flat parameters. */
  public static void getParameters(
      ComputationGraph graph, String name, float[] parameters, int offset) {
    int position = offset;
    for (INDArray part : parametersOf(graph, name)) {
      float[] values = part.dup().data().asFloat();
      System.arraycopy(values, 0, parameters, position, values.length);
      position += values.length;
    }
  }

  /**
   * The parameters of an encoder's vertices, each a view, in the order in which the encoder added
   * the vertices; the graph's own order may differ if branches run side by side.
   */
  static List<INDArray> parametersOf(ComputationGraph graph, String name) {
    return graph.getConfiguration().getVertices().keySet().stream()
        .filter(vertex -> vertex.startsWith(name + "."))
        .map(graph::getVertex)
        .filter(vertex -> vertex.numParams() > 0)
        .map(vertex -> vertex.params())
        .toList();
  }
}
