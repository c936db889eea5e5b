// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.encoder;

import dev.fathom.data.Modality;
import dev.fathom.data.Side;
import dev.fathom.error.FathomException;
import dev.fathom.files.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.hadoop.fs.Path;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A DL4J graph from a file, which is checked and becomes an encoder. */
final class SavedGraph {
  private static final String ZIP = "PK";

  private final String name;
  private final ComputationGraphConfiguration configuration;
  private final float[] parameters;

  /** The used vertices in topological order, which is the order of the parameters. */
  private final List<String> order;

  private final String output;

  /** The prefix that gives the vertices the names that {@link GraphEncoder} expects. */
  private final String prefix;

  private SavedGraph(
      String name,
      ComputationGraphConfiguration configuration,
      float[] parameters,
      List<String> order,
      String output,
      String prefix) {
    this.name = name;
    this.configuration = configuration;
    this.parameters = parameters;
    this.order = order;
    this.output = output;
    this.prefix = prefix;
  }

  /** Reads a zip of DL4J's {@link ModelSerializer}, or a configuration as JSON. */
  static SavedGraph read(Storage storage, Path path) {
    String name = "graph:" + path;
    byte[] content;
    try {
      content = storage.read(path);
    } catch (UncheckedIOException e) {
      throw FathomException.usage(
              "encoder %s cannot be read (%s); name the file of a DL4J graph", name, firstLine(e))
          .causedBy(e);
    }
    try {
      if (new String(content, 0, Math.min(2, content.length), StandardCharsets.US_ASCII)
          .equals(ZIP)) {
        ComputationGraph graph = GraphZip.read(content);
        return of(name, graph.getConfiguration(), values(graph.params()));
      }
      String json = new String(content, StandardCharsets.UTF_8);
      return of(name, ComputationGraphConfiguration.fromJson(json), new float[0]);
    } catch (FathomException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw FathomException.usage(
              "encoder %s is not a DL4J ComputationGraph, neither a zip of ModelSerializer nor its configuration as JSON (%s); "
                  + "a MultiLayerNetwork becomes one by toComputationGraph()",
              name, firstLine(e))
          .causedBy(e);
    }
  }

  private static SavedGraph of(
      String name, ComputationGraphConfiguration configuration, float[] parameters) {
    if (count(configuration.getNetworkInputs()) != 1
        || count(configuration.getNetworkOutputs()) != 1) {
      throw FathomException.usage(
          "encoder %s has inputs %s and outputs %s; an encoder has one of each",
          name, configuration.getNetworkInputs(), configuration.getNetworkOutputs());
    }
    new ComputationGraph(configuration).calculateIndices();
    List<String> order = configuration.getTopologicalOrderStr();
    return new SavedGraph(
        name,
        configuration,
        parameters,
        order.subList(1, order.size()),
        configuration.getNetworkOutputs().get(0),
        EncoderGraphs.INPUT + ".");
  }

  /**
   * Finds the encoder's graph within one that {@link EncoderGraphs#single} made. Its vertices are
   * in the order of the flat parameters.
   */
  static SavedGraph ofModel(String name, ComputationGraph model) {
    ComputationGraphConfiguration configuration = model.getConfiguration();
    return new SavedGraph(
        name,
        configuration,
        new float[0],
        configuration.getVertices().keySet().stream()
            .filter(vertex -> !vertex.equals(EncoderGraphs.EMBEDDING))
            .toList(),
        configuration.getVertexInputs().get(EncoderGraphs.EMBEDDING).get(0),
        "");
  }

  /**
   * Makes the encoder.
   *
   * @param side the side that the encoder must read
   * @param dimension the width that its output must have
   */
  GraphEncoder encoder(Side side, int dimension) {
    String plain = plain().toJson();
    int words = side.modality() == Modality.TEXT ? words(side.vocabulary().size()) : 0;
    RuntimeException refusal = null;
    for (GraphEncoder.InputLayout layout : layouts(side)) {
      try {
        GraphEncoder encoder =
            new GraphEncoder(plain, layout, side.shape(), words, dimension, parameters);
        tryOut(encoder, side);
        return encoder;
      } catch (FathomException e) {
        throw e;
      } catch (RuntimeException e) {
        refusal = refusal == null ? e : refusal;
      }
    }
    throw FathomException.usage(
            "encoder %s cannot read a side that is %s %s (%s); give it an input of that shape",
            name, side.modality(), side.shape(), firstLine(refusal))
        .causedBy(refusal);
  }

  /**
   * Runs two empty rows forward and backward, so that a graph that does not fit fails before
   * training.
   */
  private void tryOut(GraphEncoder encoder, Side side) {
    if (!encoder.fitsSaved()) {
      throw FathomException.usage(
          "encoder %s was saved with %d parameters where its configuration has %d on a side that is %s %s; save it again",
          name, parameters.length, encoder.parameterCount(), side.modality(), side.shape());
    }
    if (encoder.parameterCount() == 0) {
      throw FathomException.usage("encoder %s has no parameters; there is nothing to train", name);
    }
    ColumnBuilder builder = new ColumnBuilder(side);
    for (int row = 0; row < 2; row++) {
      switch (side.modality()) {
        case VECTOR -> builder.add(new float[side.size()]);
        case IMAGE -> builder.add(new byte[side.size()]);
        case TEXT -> builder.add(new int[1]);
      }
    }
    GraphEncoder.Kernel kernel = encoder.kernel(2);
    INDArray output = kernel.activations(builder.build(), new int[] {0, 1}, 2);
    if (output.rank() != 2 || output.size(0) != 2 || output.size(1) != encoder.dimension()) {
      throw FathomException.usage(
          "encoder %s gives %s for two rows where model.dimension asks for [2, %d]; make its output that wide",
          name, Arrays.toString(output.shape()), encoder.dimension());
    }
    kernel.backward(
        new float[2 * encoder.dimension()], new float[0], 0, new float[encoder.parameterCount()]);
  }

  /** The layouts in which the graph may read the side, the likeliest first. */
  private Collection<GraphEncoder.InputLayout> layouts(Side side) {
    return switch (side.modality()) {
      case VECTOR -> EnumSet.of(GraphEncoder.InputLayout.FLAT);
      case TEXT -> EnumSet.of(GraphEncoder.InputLayout.TOKENS);
      case IMAGE -> {
        Set<GraphEncoder.InputLayout> declared = EnumSet.noneOf(GraphEncoder.InputLayout.class);
        order.stream()
            .map(configuration.getVertices()::get)
            .flatMap(SavedGraph::formats)
            .forEach(
                format ->
                    declared.add(
                        format == CNN2DFormat.NHWC
                            ? GraphEncoder.InputLayout.NHWC
                            : GraphEncoder.InputLayout.NCHW));
        yield declared.isEmpty() ? EnumSet.of(GraphEncoder.InputLayout.FLAT) : declared;
      }
    };
  }

  /** The order of pixels that a vertex declares. */
  private static Stream<CNN2DFormat> formats(GraphVertex vertex) {
    if (!(vertex instanceof LayerVertex layer)) {
      return Stream.empty();
    }
    InputPreProcessor before = layer.getPreProcessor();
    return Stream.concat(
        PlainVertices.nested(layer.getLayerConf().getLayer())
            .filter(ConvolutionLayer.class::isInstance)
            .map(convolution -> ((ConvolutionLayer) convolution).getCnn2dDataFormat()),
        before instanceof CnnToFeedForwardPreProcessor flattening
            ? Stream.of(flattening.getFormat())
            : Stream.empty());
  }

  /**
   * Returns the number of tokens in the graph's table, which must be the size of the vocabulary.
   */
  private int words(int vocabulary) {
    int words = Integer.MAX_VALUE;
    for (String vertex : order) {
      if (configuration.getVertexInputs().get(vertex).contains(input())) {
        int known = known(configuration.getVertices().get(vertex));
        if (known < vocabulary) {
          throw FathomException.usage(
              "encoder %s cannot read token numbers: its %s has to be an EmbeddingSequenceLayer with nIn of at least %d, "
                  + "the size of the vocabulary, which text.vocabularySize bounds",
              name, vertex, vocabulary);
        }
        words = Math.min(words, known);
      }
    }
    return words;
  }

  private static int known(GraphVertex vertex) {
    return vertex instanceof LayerVertex layer
            && layer.getLayerConf().getLayer() instanceof EmbeddingSequenceLayer table
        ? Math.toIntExact(table.getNIn())
        : 0;
  }

  /** Returns the graph with the names that {@link GraphEncoder} expects, and without its loss. */
  private ComputationGraphConfiguration plain() {
    PlainVertices plain = new PlainVertices(name);
    GraphBuilder builder =
        new NeuralNetConfiguration.Builder().graphBuilder().addInputs(EncoderGraphs.INPUT);
    for (String vertex : order) {
      builder.addVertex(
          renamed(vertex),
          plain.of(vertex, configuration.getVertices().get(vertex).clone()),
          configuration.getVertexInputs().get(vertex).stream()
              .map(this::renamed)
              .toArray(String[]::new));
    }
    return builder.setOutputs(renamed(output)).build();
  }

  private String input() {
    return configuration.getNetworkInputs().get(0);
  }

  private String renamed(String vertex) {
    if (vertex.equals(input())) {
      return EncoderGraphs.INPUT;
    }
    return prefix + vertex;
  }

  private static float[] values(INDArray parameters) {
    return parameters.castTo(DataType.FLOAT).dup().data().asFloat();
  }

  private static int count(List<String> names) {
    return names == null ? 0 : names.size();
  }

  private static String firstLine(Throwable error) {
    return String.valueOf(error.getMessage()).lines().findFirst().orElse("");
  }
}
