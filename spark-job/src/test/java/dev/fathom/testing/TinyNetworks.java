// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.testing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import onnx.Onnx;
import org.nd4j.shade.protobuf.ByteString;

/** Frozen networks of a node or two, whose features can be told without running them. */
public final class TinyNetworks {
  /** Words of {@link #TOKENIZER}, the first of them for any other. */
  public static final List<String> WORDS = List.of("[UNK]", "a", "red", "green", "blue", "thing");

  /** A {@code tokenizer.json} with a number for each word. */
  public static final String TOKENIZER =
      """
      {"version": "1.0", "truncation": null, "padding": null, "added_tokens": [],
       "normalizer": {"type": "Lowercase"}, "pre_tokenizer": {"type": "Whitespace"},
       "post_processor": null, "decoder": null,
       "model": {"type": "WordLevel", "unk_token": "[UNK]",
                 "vocab": {"[UNK]": 0, "a": 1, "red": 2, "green": 3, "blue": 4, "thing": 5}}}
      """;

  /** Width of a token's vector. */
  public static final int WIDTH = 3;

  private static final int FLOAT = Onnx.TensorProto.DataType.FLOAT.getNumber();
  private static final int INT64 = Onnx.TensorProto.DataType.INT64.getNumber();

  private TinyNetworks() {}

  /** Means of the four quarters of each channel, {@code [N, 3, size, size]} to a map of 2 × 2. */
  public static Onnx.ModelProto pictures(long opset, int size, boolean channelsLast) {
    Onnx.GraphProto.Builder graph = Onnx.GraphProto.newBuilder().setName("pictures");
    String pixels = "x";
    String map = "embedding";
    if (channelsLast) {
      graph.addNode(node("Transpose", "x", "first", integers("perm", 0, 3, 1, 2)));
      pixels = "first";
      map = "last";
      graph.addNode(node("Transpose", map, "embedding", integers("perm", 0, 2, 3, 1)));
    }
    graph.addNode(
        channelsLast ? 1 : 0,
        node(
            "AveragePool",
            pixels,
            map,
            integers("kernel_shape", size / 2, size / 2),
            integers("strides", size / 2, size / 2)));
    return model(
        opset,
        graph
            .addInput(
                channelsLast
                    ? value("x", FLOAT, -1, size, size, 3)
                    : value("x", FLOAT, -1, 3, size, size))
            .addOutput(
                channelsLast
                    ? value("embedding", FLOAT, -1, 2, 2, 3)
                    : value("embedding", FLOAT, -1, 3, 2, 2)));
  }

  /**
   * A vector for each token, {@link #vector}.
   *
   * @param length of all texts, 0 for any
   * @param mask whether it wants to be told what is a token
   */
  public static Onnx.ModelProto captions(long opset, int length, boolean mask) {
    float[] table = new float[WORDS.size() * WIDTH];
    for (int i = 0; i < table.length; i++) {
      table[i] = vector(i / WIDTH)[i % WIDTH];
    }
    ByteBuffer bytes =
        ByteBuffer.allocate(table.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(table);
    int tokens = length == 0 ? -1 : length;
    // A condition whose branches see the table around them.
    Onnx.GraphProto branch =
        Onnx.GraphProto.newBuilder()
            .setName("branch")
            .addNode(node("Identity", "rows", "same"))
            .addOutput(value("same", FLOAT, -1, tokens, WIDTH))
            .build();
    Onnx.GraphProto.Builder graph =
        Onnx.GraphProto.newBuilder()
            .setName("captions")
            .addInitializer(
                Onnx.TensorProto.newBuilder()
                    .setName("v0")
                    .setDataType(FLOAT)
                    .addDims(WORDS.size())
                    .addDims(WIDTH)
                    .setRawData(ByteString.copyFrom(bytes)))
            .addInitializer(
                Onnx.TensorProto.newBuilder()
                    .setName("always")
                    .setDataType(Onnx.TensorProto.DataType.BOOL.getNumber())
                    .setRawData(ByteString.copyFrom(new byte[] {1})))
            .addNode(
                Onnx.NodeProto.newBuilder()
                    .setOpType("Gather")
                    .addAllInput(List.of("v0", "input_ids"))
                    .addOutput("rows"))
            .addNode(
                node(
                    "If",
                    "always",
                    "embedding",
                    branch("then_branch", branch),
                    branch("else_branch", branch)))
            .addInput(value("input_ids", INT64, -1, tokens))
            .addOutput(value("embedding", FLOAT, -1, tokens, WIDTH));
    if (mask) {
      graph.addInput(value("attention_mask", INT64, -1, tokens));
    }
    return model(opset, graph);
  }

  /** Writes {@code pictures.onnx}, {@code captions.onnx} and {@code tokenizer.json}. */
  public static void write(Path directory, int size) throws IOException {
    Files.write(directory.resolve("pictures.onnx"), pictures(13, size, false).toByteArray());
    Files.write(directory.resolve("captions.onnx"), captions(13, 0, true).toByteArray());
    Files.writeString(directory.resolve("tokenizer.json"), TOKENIZER);
  }

  /** The vector of a token. */
  public static float[] vector(int token) {
    return new float[] {token, token * token / 8f, 1f / (1 + token)};
  }

  private static Onnx.ModelProto model(long opset, Onnx.GraphProto.Builder graph) {
    return Onnx.ModelProto.newBuilder()
        .setIrVersion(8)
        .addOpsetImport(Onnx.OperatorSetIdProto.newBuilder().setDomain("").setVersion(opset))
        .setGraph(graph)
        .build();
  }

  private static Onnx.NodeProto node(
      String operator, String input, String output, Onnx.AttributeProto... attributes) {
    return Onnx.NodeProto.newBuilder()
        .setOpType(operator)
        .addInput(input)
        .addOutput(output)
        .addAllAttribute(Arrays.asList(attributes))
        .build();
  }

  private static Onnx.AttributeProto integers(String name, long... values) {
    return Onnx.AttributeProto.newBuilder()
        .setName(name)
        .setType(Onnx.AttributeProto.AttributeType.INTS)
        .addAllInts(Arrays.stream(values).boxed().toList())
        .build();
  }

  private static Onnx.AttributeProto branch(String name, Onnx.GraphProto graph) {
    return Onnx.AttributeProto.newBuilder()
        .setName(name)
        .setType(Onnx.AttributeProto.AttributeType.GRAPH)
        .setG(graph)
        .build();
  }

  private static Onnx.ValueInfoProto value(String name, int type, int... shape) {
    Onnx.TensorShapeProto.Builder axes = Onnx.TensorShapeProto.newBuilder();
    for (int length : shape) {
      if (length < 0) {
        axes.addDimBuilder().setDimParam("any" + axes.getDimCount());
      } else {
        axes.addDimBuilder().setDimValue(length);
      }
    }
    return Onnx.ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            Onnx.TypeProto.newBuilder()
                .setTensorType(Onnx.TypeProto.Tensor.newBuilder().setElemType(type).setShape(axes)))
        .build();
  }
}
