// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.export;

import dev.fathom.data.Side;
import dev.fathom.encoder.EncoderGraphs;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.L2NormalizeVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;

/** Translates the DL4J graph of an encoder, from its input to the embedding, to ONNX. */
final class OnnxEncoder {
  /*
   * The input is what a person has, and all that Fathom makes of it before the encoder stands in the graph:
   *
   *   vector   float32, batch × width, in its own units; standardised within by the dataset's mean and deviation, in double
   *            precision as prepare does it
   *   image    uint8, batch × height × width × 3, red green blue; scaled and standardised within
   *   text     int64, batch × tokens, numbers of words by the vocabulary; −1 where there is no token, which stands last.
   *            Tokens beyond those that the encoder reads are cut off
   *
   * Values are batch × … × features, but for pictures between convolutions, which ONNX wants as batch × channels × height ×
   * width. A text's padding is kept out of means and attention by a mask; DL4J unrolls time before a dense layer and
   * rolls it up after, which a matrix product over the last axis need not.
   */

  /** The shortest length that an output is divided by, as in training. */
  private static final float SMALLEST_NORM = 1e-12f;

  private final OnnxBuilder onnx;
  private final Optional<OnnxNetwork> network;
  private final Side side;
  private final String input;
  private final String encoder;

  /**
   * @param input the input's name
   * @param encoder name of the encoder, for a person
   */
  private OnnxEncoder(String input, Side side, Optional<OnnxNetwork> network, String encoder) {
    this.input = input;
    this.side = side;
    this.network = network;
    this.encoder = encoder;
    String name = "fathom-" + input;
    onnx =
        network
            .map(features -> new OnnxBuilder(name, features.renamed()))
            .orElseGet(() -> new OnnxBuilder(name));
  }

  /**
   * Translates an encoder.
   *
   * @param graph graph from {@link EncoderGraphs#INPUT} to {@link EncoderGraphs#EMBEDDING}
   * @param side the side that the encoder reads
   * @param network content of the ONNX file whose features the side holds, which is included before
   *     the encoder
   * @param dimension width of the embedding
   * @param input name that the input gets
   * @param encoder name of the encoder, for a person
   * @return the content of a {@code .onnx} file
   * @throws dev.fathom.error.FathomException of usage naming a layer that cannot be written as ONNX
   */
  static byte[] translate(
      ComputationGraph graph,
      Side side,
      Optional<byte[]> network,
      int dimension,
      String input,
      String encoder) {
    return new OnnxEncoder(
            input,
            side,
            network.map(model -> OnnxNetwork.read(model, side.frozen().orElseThrow())),
            encoder)
        .translate(graph, dimension);
  }

  private byte[] translate(ComputationGraph graph, int dimension) {
    ComputationGraphConfiguration configuration = graph.getConfiguration();
    OnnxLayers.Text text = null;
    Map<String, OnnxLayers.Value> values = new HashMap<>();
    OnnxLayers.Value first;
    switch (side.modality()) {
      case VECTOR -> first = vector();
      case IMAGE -> first = image();
      default -> {
        text = text();
        first = new OnnxLayers.Value(text.tokens(), OnnxLayers.Form.TOKENS);
      }
    }
    values.put(EncoderGraphs.INPUT, first);
    OnnxLayers layers = new OnnxLayers(onnx, graph, text, encoder);
    for (String name : configuration.getTopologicalOrderStr()) {
      GraphVertex vertex = configuration.getVertices().get(name);
      if (vertex != null) {
        List<OnnxLayers.Value> read =
            configuration.getVertexInputs().get(name).stream().map(values::get).toList();
        values.put(name, translate(name, vertex, read, layers));
      }
    }
    onnx.output(values.get(EncoderGraphs.EMBEDDING).name(), "embedding", dimension);
    return onnx.build("fathom");
  }

  private OnnxLayers.Value translate(
      String name, GraphVertex vertex, List<OnnxLayers.Value> read, OnnxLayers layers) {
    OnnxLayers.Value first = read.get(0);
    if (vertex instanceof LayerVertex layer) {
      return layers.add(name, layer, first);
    }
    if (vertex instanceof PreprocessorVertex reshaping) {
      return layers.preprocessed(name, reshaping.getPreProcessor(), first);
    }
    if (vertex instanceof ElementWiseVertex sum && sum.getOp() == ElementWiseVertex.Op.Add) {
      List<OnnxLayers.Value> alike = read.stream().map(layers::channelsFirst).toList();
      return alike.get(0).as(onnx.add("Sum", alike.stream().map(OnnxLayers.Value::name).toList()));
    }
    if (vertex instanceof L2NormalizeVertex) {
      String length = onnx.reduce("ReduceL2", first.name(), -1);
      String divisor = onnx.add("Max", length, onnx.number(SMALLEST_NORM));
      return first.as(onnx.add("Div", first.name(), divisor));
    }
    if (vertex instanceof ScaleVertex scale) {
      return first.as(onnx.add("Mul", first.name(), onnx.number((float) scale.getScaleFactor())));
    }
    throw layers.unknown(name, vertex.getClass().getSimpleName());
  }

  private OnnxLayers.Value vector() {
    int width = side.size();
    String value = input;
    if (network.isPresent()) {
      value = network.get().features(onnx, input);
    } else {
      onnx.input(
          input,
          OnnxBuilder.FLOAT,
          List.of("batch", width),
          "%d numbers in their own units; standardised within".formatted(width));
    }
    if (!side.mean().isEmpty()) {
      String exact = onnx.cast(value, OnnxBuilder.DOUBLE);
      value = onnx.cast(standardised(exact), OnnxBuilder.FLOAT);
    }
    return new OnnxLayers.Value(value, OnnxLayers.Form.FEATURES);
  }

  private OnnxLayers.Value image() {
    int height = side.shape().get(0);
    int width = side.shape().get(1);
    onnx.input(
        input,
        OnnxBuilder.UINT8,
        List.of("batch", height, width, side.shape().get(2)),
        "pixels, red green blue, 0 to 255; scaled and standardised within");
    String unit =
        onnx.add("Div", onnx.cast(input, OnnxBuilder.DOUBLE), onnx.doubles(List.of(255.0)));
    return new OnnxLayers.Value(
        onnx.cast(standardised(unit), OnnxBuilder.FLOAT), OnnxLayers.Form.HEIGHT_WIDTH_CHANNELS);
  }

  private String standardised(String value) {
    return onnx.add(
        "Div",
        onnx.add("Sub", value, onnx.doubles(side.mean())),
        onnx.doubles(side.standardDeviation()));
  }

  /**
   * The token numbers, cut to the encoder's length and with 0 at unused places, and a mask of the
   * used places.
   */
  private OnnxLayers.Text text() {
    onnx.input(
        input,
        OnnxBuilder.INT64,
        List.of("batch", "tokens"),
        "numbers of words, lines of %s from 0; -1 where there is none"
            .formatted(vocabulary(input)));
    List<String> cut = new ArrayList<>(List.of(input));
    cut.add(onnx.integers(0));
    cut.add(onnx.integers(side.size()));
    cut.add(onnx.integers(1));
    String kept = onnx.add("Slice", cut);
    String none = onnx.integers(0);
    String used = onnx.cast(onnx.add("GreaterOrEqual", kept, none), OnnxBuilder.FLOAT);
    return new OnnxLayers.Text(onnx.add("Max", kept, none), used);
  }

  /** The name of the file with a side's vocabulary. */
  static String vocabulary(String side) {
    return side + "-vocabulary.txt";
  }
}
