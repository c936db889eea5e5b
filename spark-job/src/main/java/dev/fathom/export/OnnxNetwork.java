// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.export;

import dev.fathom.data.Backbone;
import dev.fathom.data.Modality;
import dev.fathom.error.FathomException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import onnx.Onnx;
import org.nd4j.shade.protobuf.InvalidProtocolBufferException;

/** A frozen network, from the raw input to its features, as the beginning of an ONNX graph. */
final class OnnxNetwork {
  /*
   * The nodes stay as they are. All values get a prefix, so that none has the name of one that comes after. What goes in:
   *
   *   pictures  uint8, batch × size × size × 3, red green blue, cropped and resized as the network's settings say; mean and
   *             deviation are taken within, in double precision as prepare does it
   *   texts     what the tokenizer gives, under the network's own names
   *
   * Operators are those that mean the same from opset 8 on.
   */
  private static final String PREFIX = "network.";

  private static final long OLDEST_OPSET = 8;
  private static final int CHANNELS = 3;
  private static final String MASK = "mask";

  private final Onnx.ModelProto model;
  private final Backbone backbone;
  private final List<Onnx.ValueInfoProto> inputs;
  private final Onnx.ValueInfoProto output;

  private OnnxNetwork(Onnx.ModelProto model, Backbone backbone) {
    this.model = model;
    this.backbone = backbone;
    Onnx.GraphProto graph = model.getGraph();
    // Files of older versions list their weights among the inputs.
    Set<String> weights =
        graph.getInitializerList().stream()
            .map(Onnx.TensorProto::getName)
            .collect(Collectors.toSet());
    inputs =
        graph.getInputList().stream()
            .filter(input -> !weights.contains(input.getName()))
            .filter(input -> input.getType().hasTensorType())
            .toList();
    output =
        graph.getOutputList().stream()
            .filter(found -> found.getName().equals(backbone.output()))
            .findFirst()
            .orElseThrow();
  }

  /**
   * Reads a network that prepare has run.
   *
   * @param file content of its ONNX file
   * @throws FathomException of usage if its opset is too old to be extended
   */
  static OnnxNetwork read(byte[] file, Backbone backbone) {
    try {
      Onnx.ModelProto model = Onnx.ModelProto.parseFrom(file);
      if (OnnxBuilder.opset(model) < OLDEST_OPSET) {
        throw FathomException.usage(
            "%s is of opset %d, which ends before what a head needs (%d); use --format safetensors",
            backbone.path(), OnnxBuilder.opset(model), OLDEST_OPSET);
      }
      return new OnnxNetwork(model, backbone);
    } catch (InvalidProtocolBufferException e) {
      throw FathomException.data("%s is no ONNX model: %s", backbone.path(), e.getMessage())
          .causedBy(e);
    }
  }

  /** Returns the network with prefixed names, without inputs and outputs. */
  Onnx.ModelProto renamed() {
    Onnx.GraphProto.Builder graph = renamed(model.getGraph()).toBuilder();
    return model.toBuilder()
        .setGraph(graph.clearInput().clearOutput().clearValueInfo().clearQuantizationAnnotation())
        .build();
  }

  private static Onnx.GraphProto renamed(Onnx.GraphProto graph) {
    Onnx.GraphProto.Builder renamed = graph.toBuilder();
    renamed.getNodeBuilderList().forEach(OnnxNetwork::rename);
    renamed.getInitializerBuilderList().forEach(of -> of.setName(name(of.getName())));
    renamed
        .getSparseInitializerBuilderList()
        .forEach(of -> of.getValuesBuilder().setName(name(of.getValues().getName())));
    renamed.getInputBuilderList().forEach(of -> of.setName(name(of.getName())));
    renamed.getOutputBuilderList().forEach(of -> of.setName(name(of.getName())));
    renamed.getValueInfoBuilderList().forEach(of -> of.setName(name(of.getName())));
    return renamed.build();
  }

  private static void rename(Onnx.NodeProto.Builder node) {
    node.setName(name(node.getName()));
    for (int i = 0; i < node.getInputCount(); i++) {
      node.setInput(i, name(node.getInput(i)));
    }
    for (int i = 0; i < node.getOutputCount(); i++) {
      node.setOutput(i, name(node.getOutput(i)));
    }
    for (Onnx.AttributeProto.Builder attribute : node.getAttributeBuilderList()) {
      // The branch of a condition and the body of a loop can use the values outside, so they are
      // renamed, too.
      if (attribute.hasG()) {
        attribute.setG(renamed(attribute.getG()));
      }
      for (int i = 0; i < attribute.getGraphsCount(); i++) {
        attribute.setGraphs(i, renamed(attribute.getGraphs(i)));
      }
    }
  }

  /** An empty name stands for an omitted input or output. */
  private static String name(String of) {
    return of.isEmpty() ? of : PREFIX + of;
  }

  /**
   * Adds the inputs, and the operators between the network and its features.
   *
   * @param input name of the input of pictures
   * @return the features, float32, batch × columns
   */
  String features(OnnxBuilder onnx, String input) {
    Optional<String> mask = Optional.empty();
    boolean channelsLast = false;
    if (backbone.of() == Modality.IMAGE) {
      channelsLast = length(inputs.get(0), 1) != CHANNELS && length(inputs.get(0), 3) == CHANNELS;
      picture(onnx, input, channelsLast);
    } else {
      mask = texts(onnx, isMean());
    }
    String values = onnx.cast(name(backbone.output()), OnnxBuilder.FLOAT);
    return pooled(onnx, values, mask, channelsLast);
  }

  private void picture(OnnxBuilder onnx, String input, boolean channelsLast) {
    Backbone.Picture how = backbone.picture();
    boolean one = length(inputs.get(0), 0) == 1;
    onnx.input(
        input,
        OnnxBuilder.UINT8,
        List.of(one ? 1 : "batch", how.size(), how.size(), CHANNELS),
        "pixels, red green blue, 0 to 255, as the frozen network's settings crop and resize them");
    String unit =
        onnx.add("Div", onnx.cast(input, OnnxBuilder.DOUBLE), onnx.doubles(List.of(255.0)));
    String centred = onnx.add("Sub", unit, onnx.doubles(how.mean()));
    String scaled =
        onnx.cast(onnx.add("Div", centred, onnx.doubles(how.deviation())), OnnxBuilder.FLOAT);
    if (how.blueFirst()) {
      scaled =
          onnx.add(
              "Gather", List.of(scaled, onnx.integers(2, 1, 0)), OnnxBuilder.integer("axis", 3));
    }
    onnx.name(
        channelsLast ? scaled : onnx.transpose(scaled, 0, 3, 1, 2), name(inputs.get(0).getName()));
  }

  /** Adds the inputs of texts, and returns the name of the one that marks the tokens. */
  private Optional<String> texts(OnnxBuilder onnx, boolean masked) {
    for (Onnx.ValueInfoProto each : inputs) {
      onnx.input(each);
      onnx.name(each.getName(), name(each.getName()));
    }
    Optional<String> mask =
        inputs.stream()
            .map(Onnx.ValueInfoProto::getName)
            .filter(each -> each.toLowerCase(Locale.ROOT).contains(MASK))
            .findFirst();
    if (masked && mask.isEmpty() && length(inputs.get(0), 1) > 0) {
      // The texts have one length, and the network itself is not told which places are padding.
      mask = Optional.of("attention_mask");
      onnx.input(
          mask.get(),
          OnnxBuilder.INT64,
          List.of("batch", length(inputs.get(0), 1)),
          "1 for a token, 0 for padding");
    }
    return mask;
  }

  /** Whether the features are a mean over positions. */
  private boolean isMean() {
    return backbone.pooling() == Backbone.Pooling.MEAN
        && output.getType().getTensorType().getShape().getDimCount() > 2;
  }

  private String pooled(
      OnnxBuilder onnx, String values, Optional<String> mask, boolean channelsLast) {
    long columns = backbone.columns();
    int rank = output.getType().getTensorType().getShape().getDimCount();
    if (backbone.pooling() == Backbone.Pooling.NONE || rank == 2) {
      return onnx.add("Reshape", values, onnx.integers(0, columns));
    }
    if (rank == 0) {
      throw FathomException.usage(
          "%s does not say the shape of its output %s, so nothing can go on from it; use --format safetensors",
          backbone.path(), backbone.output());
    }
    boolean map = rank == 4 && !channelsLast;
    String places =
        map
            ? onnx.transpose(onnx.add("Reshape", values, onnx.integers(0, columns, -1)), 0, 2, 1)
            : onnx.add("Reshape", values, onnx.integers(0, -1, columns));
    String vector;
    if (backbone.pooling() == Backbone.Pooling.CLS) {
      vector =
          onnx.add("Gather", List.of(places, onnx.integers(0)), OnnxBuilder.integer("axis", 1));
    } else if (mask.isPresent()) {
      String used = onnx.cast(mask.get(), OnnxBuilder.FLOAT);
      String row = onnx.add("Reshape", used, onnx.integers(0, 1, -1));
      String count = onnx.add("MatMul", row, onnx.add("Reshape", used, onnx.integers(0, -1, 1)));
      vector = onnx.add("Div", onnx.add("MatMul", row, places), count);
    } else {
      vector = onnx.reduce("ReduceMean", places, 1);
    }
    return onnx.add("Reshape", vector, onnx.integers(0, columns));
  }

  /** The length of an axis, 0 if it may be any. */
  private static long length(Onnx.ValueInfoProto value, int axis) {
    Onnx.TensorShapeProto shape = value.getType().getTensorType().getShape();
    return axis < shape.getDimCount() ? Math.max(0, shape.getDim(axis).getDimValue()) : 0;
  }
}
