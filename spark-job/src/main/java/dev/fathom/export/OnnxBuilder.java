// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.export;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import onnx.Onnx;
import org.nd4j.shade.protobuf.ByteString;

/**
 * An ONNX graph that is built node by node, in topological order. Values are known by their names,
 * which this class numbers.
 */
final class OnnxBuilder {
  /** The oldest opset (June 2020) that has all operators in the form used here. */
  private static final long OPSET = 13;

  /** The IR version that came with this opset. */
  private static final long IR_VERSION = 7;

  static final Onnx.TensorProto.DataType FLOAT = Onnx.TensorProto.DataType.FLOAT;
  static final Onnx.TensorProto.DataType DOUBLE = Onnx.TensorProto.DataType.DOUBLE;
  static final Onnx.TensorProto.DataType INT64 = Onnx.TensorProto.DataType.INT64;
  static final Onnx.TensorProto.DataType UINT8 = Onnx.TensorProto.DataType.UINT8;

  /** The first opset in which the axes of a reduction are an input. */
  private static final long AXES_ARE_INPUT = 18;

  private final Onnx.ModelProto.Builder model;
  private final Onnx.GraphProto.Builder graph;
  private final long opset;
  private int values;

  OnnxBuilder(String name) {
    this(name, empty());
  }

  /** Starts a graph from the nodes of another, in its opset. */
  OnnxBuilder(String name, Onnx.ModelProto begun) {
    model = begun.toBuilder();
    graph = begun.getGraph().toBuilder().setName(name);
    opset = opset(begun);
  }

  private static Onnx.ModelProto empty() {
    return Onnx.ModelProto.newBuilder()
        .addOpsetImport(Onnx.OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET))
        .build();
  }

  /** The version of the standard operators in a model. */
  static long opset(Onnx.ModelProto of) {
    return of.getOpsetImportList().stream()
        .filter(set -> set.getDomain().isEmpty() || set.getDomain().equals("ai.onnx"))
        .mapToLong(Onnx.OperatorSetIdProto::getVersion)
        .max()
        .orElse(0);
  }

  /**
   * Adds the input.
   *
   * @param shape for each axis, its length, or a name if it may have any length
   * @param told description for a person
   */
  void input(String name, Onnx.TensorProto.DataType type, List<Object> shape, String told) {
    graph.addInput(value(name, type, shape).setDocString(told));
  }

  /** Adds an input of the type and shape of another. */
  void input(Onnx.ValueInfoProto like) {
    graph.addInput(like);
  }

  /** Gives a value another name. */
  void name(String value, String name) {
    node("Identity", name, List.of(value));
  }

  /** Gives a value the name of an output, batch × width. */
  void output(String value, String name, int width) {
    name(value, name);
    graph.addOutput(value(name, FLOAT, List.of("batch", width)));
  }

  /** Adds an operator with one output, and returns the output's name. */
  String add(String operator, List<String> inputs, Onnx.AttributeProto... attributes) {
    return node(operator, "v" + values++, inputs, attributes);
  }

  String add(String operator, String... inputs) {
    return add(operator, List.of(inputs));
  }

  /** Reduces an axis to a length of 1. */
  String reduce(String operator, String value, long axis) {
    return opset < AXES_ARE_INPUT
        ? add(operator, List.of(value), integers("axes", axis))
        : add(operator, value, integers(axis));
  }

  private String node(
      String operator, String output, List<String> inputs, Onnx.AttributeProto... attributes) {
    graph.addNode(
        Onnx.NodeProto.newBuilder()
            .setName(operator + "." + output)
            .setOpType(operator)
            .addAllInput(inputs)
            .addOutput(output)
            .addAllAttribute(Arrays.asList(attributes)));
    return output;
  }

  /** Adds numbers under their own name, row-major. */
  String tensor(String name, float[] numbers, long... shape) {
    ByteBuffer bytes = buffer(numbers.length, Float.BYTES);
    bytes.asFloatBuffer().put(numbers);
    return initializer(name, FLOAT, bytes, shape);
  }

  String number(float number) {
    return tensor("c" + values++, new float[] {number});
  }

  String doubles(List<Double> numbers) {
    ByteBuffer bytes = buffer(numbers.size(), Double.BYTES);
    bytes.asDoubleBuffer().put(numbers.stream().mapToDouble(Double::doubleValue).toArray());
    return initializer("c" + values++, DOUBLE, bytes, numbers.size());
  }

  /** Adds a list of whole numbers. */
  String integers(long... numbers) {
    ByteBuffer bytes = buffer(numbers.length, Long.BYTES);
    bytes.asLongBuffer().put(numbers);
    return initializer("c" + values++, INT64, bytes, numbers.length);
  }

  private static ByteBuffer buffer(int count, int width) {
    return ByteBuffer.allocate(Math.multiplyExact(count, width)).order(ByteOrder.LITTLE_ENDIAN);
  }

  private String initializer(
      String name, Onnx.TensorProto.DataType type, ByteBuffer bytes, long... shape) {
    Onnx.TensorProto.Builder tensor =
        Onnx.TensorProto.newBuilder()
            .setName(name)
            .setDataType(type.getNumber())
            .setRawData(ByteString.copyFrom(bytes.rewind()));
    for (long axis : shape) {
      tensor.addDims(axis);
    }
    graph.addInitializer(tensor);
    return name;
  }

  static Onnx.AttributeProto integer(String name, long value) {
    return Onnx.AttributeProto.newBuilder()
        .setName(name)
        .setType(Onnx.AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  static Onnx.AttributeProto integers(String name, long... values) {
    return Onnx.AttributeProto.newBuilder()
        .setName(name)
        .setType(Onnx.AttributeProto.AttributeType.INTS)
        .addAllInts(Arrays.stream(values).boxed().toList())
        .build();
  }

  static Onnx.AttributeProto word(String name, String value) {
    return Onnx.AttributeProto.newBuilder()
        .setName(name)
        .setType(Onnx.AttributeProto.AttributeType.STRING)
        .setS(ByteString.copyFromUtf8(value))
        .build();
  }

  String cast(String value, Onnx.TensorProto.DataType type) {
    return add("Cast", List.of(value), integer("to", type.getNumber()));
  }

  String transpose(String value, long... order) {
    return add("Transpose", List.of(value), integers("perm", order));
  }

  /** Returns the whole model as the content of a file. */
  byte[] build(String producer) {
    return model
        .setIrVersion(Math.max(IR_VERSION, model.getIrVersion()))
        .setProducerName(producer)
        .setGraph(graph)
        .build()
        .toByteArray();
  }

  private static Onnx.ValueInfoProto.Builder value(
      String name, Onnx.TensorProto.DataType type, List<Object> shape) {
    Onnx.TensorShapeProto.Builder axes = Onnx.TensorShapeProto.newBuilder();
    for (Object axis : shape) {
      Onnx.TensorShapeProto.Dimension.Builder one = axes.addDimBuilder();
      if (axis instanceof Number length) {
        one.setDimValue(length.longValue());
      } else {
        one.setDimParam(axis.toString());
      }
    }
    return Onnx.ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            Onnx.TypeProto.newBuilder()
                .setTensorType(
                    Onnx.TypeProto.Tensor.newBuilder()
                        .setElemType(type.getNumber())
                        .setShape(axes)));
  }
}
