// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.export;

import dev.fathom.error.FathomException;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LocallyConnected1D;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SelfAttentionLayer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToRnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.RnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Translates the layers of a DL4J graph, one by one, to ONNX. */
final class OnnxLayers {
  /**
   * Number added to an attention score of a place without a token, whose share is then exactly 0.
   */
  private static final float FAR = -1e9f;

  /** Replaces a deviation of 0, which numbers that are all equal have. */
  private static final float SMALLEST_DEVIATION = Float.MIN_NORMAL;

  private static final float GELU_SLOPE = 1.702f;

  private final OnnxBuilder onnx;
  private final ComputationGraph graph;
  private final Text text;
  private final String encoder;

  /**
   * @param text the input of an encoder that reads tokens, else null
   * @param encoder name of the encoder, for a person
   */
  OnnxLayers(OnnxBuilder onnx, ComputationGraph graph, Text text, String encoder) {
    this.onnx = onnx;
    this.graph = graph;
    this.text = text;
    this.encoder = encoder;
  }

  /** The meaning of the axes of a value. */
  enum Form {
    /** Batch first, then any axes, then features. */
    FEATURES,
    /** Batch × tokens, the token numbers. */
    TOKENS,
    /** A picture as it is given. */
    HEIGHT_WIDTH_CHANNELS,
    /** A picture between convolutions. */
    CHANNELS_HEIGHT_WIDTH
  }

  /** A value of the ONNX graph. */
  record Value(String name, Form form) {
    Value as(String other) {
      return new Value(other, form);
    }
  }

  /**
   * A batch of texts.
   *
   * @param tokens batch × tokens, the token numbers, 0 at unused places
   * @param used batch × tokens, 1 at used places, else 0
   */
  record Text(String tokens, String used) {}

  /** Adds a layer together with its preprocessing. */
  Value add(String name, LayerVertex vertex, Value input) {
    Value read = preprocessed(name, vertex.getPreProcessor(), input);
    Layer layer = vertex.getLayerConf().getLayer();
    if (layer instanceof DenseLayer dense) {
      return dense(name, dense, flat(read, CNN2DFormat.NHWC));
    }
    if (layer.getClass() == ConvolutionLayer.class) {
      return convolution(name, (ConvolutionLayer) layer, channelsFirst(read));
    }
    if (layer instanceof EmbeddingSequenceLayer table && read.form() == Form.TOKENS) {
      return table(name, table, read);
    }
    if (layer instanceof ActivationLayer activation) {
      return activated(name, activation.getActivationFn(), read);
    }
    if (layer instanceof GlobalPoolingLayer pooling
        && pooling.getPoolingType() == PoolingType.AVG
        && text != null) {
      return mean(read);
    }
    if (layer instanceof SelfAttentionLayer attention
        && attention.isProjectInput()
        && text != null) {
      return attention(name, attention, read);
    }
    if (layer instanceof LocallyConnected1D places
        && text != null
        && places.getKernel() == 1
        && places.getStride() == 1
        && !places.isHasBias()
        && places.getActivation() == Activation.IDENTITY) {
      return placed(name, read);
    }
    throw unknown(name, layer.getClass().getSimpleName());
  }

  /**
   * Adds the reshaping that DL4J does between layers. As features are the last axis here, only
   * flattening a picture needs a node.
   */
  Value preprocessed(String name, InputPreProcessor reshaping, Value value) {
    if (reshaping == null
        || reshaping instanceof RnnToFeedForwardPreProcessor
        || reshaping instanceof FeedForwardToRnnPreProcessor) {
      return value;
    }
    if (reshaping instanceof CnnToFeedForwardPreProcessor flattening) {
      return flat(value, flattening.getFormat());
    }
    throw unknown(name, reshaping.getClass().getSimpleName());
  }

  FathomException unknown(String vertex, String kind) {
    return FathomException.usage(
        "encoder %s: %s is a %s as ONNX is not written for (what is: dense, 2-d convolution,"
            + " activation, sum, and of texts embedding, self-attention and mean); use --format"
            + " dl4j or safetensors",
        encoder, vertex, kind);
  }

  private Value dense(String name, DenseLayer layer, Value input) {
    String sums = onnx.add("MatMul", input.name(), parameter(name, "W"));
    if (layer.hasLayerNorm()) {
      sums = onnx.add("Mul", standardised(sums), parameter(name, "g"));
    }
    if (layer.hasBias()) {
      sums = onnx.add("Add", sums, parameter(name, "b"));
    }
    return activated(name, layer, new Value(sums, Form.FEATURES));
  }

  /** Standardises over the features to mean 0 and deviation 1, or to 0 if all are equal. */
  private String standardised(String values) {
    String centred = onnx.add("Sub", values, meanOfFeatures(values));
    String variance = meanOfFeatures(onnx.add("Mul", centred, centred));
    String deviation = onnx.add("Max", onnx.add("Sqrt", variance), onnx.number(SMALLEST_DEVIATION));
    return onnx.add("Div", centred, deviation);
  }

  private String meanOfFeatures(String values) {
    return onnx.reduce("ReduceMean", values, -1);
  }

  private Value convolution(String name, ConvolutionLayer layer, Value input) {
    List<String> read =
        layer.hasBias()
            ? List.of(input.name(), parameter(name, "W"), vector(name, "b"))
            : List.of(input.name(), parameter(name, "W"));
    int[] padding = layer.getPadding();
    int[] stride = layer.getStride();
    int[] dilation = layer.getDilation();
    String sums =
        onnx.add(
            "Conv",
            read,
            layer.getConvolutionMode() == ConvolutionMode.Same
                ? OnnxBuilder.word("auto_pad", "SAME_UPPER")
                : OnnxBuilder.integers("pads", padding[0], padding[1], padding[0], padding[1]),
            OnnxBuilder.integers("strides", stride[0], stride[1]),
            OnnxBuilder.integers("dilations", dilation[0], dilation[1]));
    return activated(name, layer, new Value(sums, Form.CHANNELS_HEIGHT_WIDTH));
  }

  private Value table(String name, EmbeddingSequenceLayer layer, Value tokens) {
    String rows = onnx.add("Gather", parameter(name, "W"), tokens.name());
    if (layer.hasBias()) {
      rows = onnx.add("Add", rows, parameter(name, "b"));
    }
    return activated(name, layer, new Value(rows, Form.FEATURES));
  }

  /** The mean over the used tokens; 0 if there are none. */
  private Value mean(Value tokens) {
    String last = onnx.integers(-1);
    String kept = onnx.add("Mul", tokens.name(), onnx.add("Unsqueeze", text.used(), last));
    String sum = sumOfTokens(kept);
    String count = onnx.add("Max", sumOfTokens(text.used()), onnx.number(1));
    return tokens.as(onnx.add("Div", sum, onnx.add("Unsqueeze", count, last)));
  }

  private String sumOfTokens(String values) {
    return onnx.add(
        "ReduceSum", List.of(values, onnx.integers(1)), OnnxBuilder.integer("keepdims", 0));
  }

  /** Multiplies each token by the matrix of its position. */
  private Value placed(String name, Value tokens) {
    String places = onnx.add("Gather", onnx.add("Shape", text.tokens()), onnx.integers(1));
    String matrices =
        onnx.add("Slice", parameter(name, "W"), onnx.integers(0), places, onnx.integers(0));
    String byPlace = onnx.transpose(tokens.name(), 1, 0, 2);
    return tokens.as(onnx.transpose(onnx.add("MatMul", byPlace, matrices), 1, 0, 2));
  }

  private Value attention(String name, SelfAttentionLayer layer, Value tokens) {
    String queries = heads(name, "Wq", layer, tokens);
    String keys = onnx.transpose(heads(name, "Wk", layer, tokens), 0, 1, 3, 2);
    String values = heads(name, "Wv", layer, tokens);
    String scores =
        onnx.add(
            "Mul",
            onnx.add("MatMul", queries, keys),
            onnx.number((float) (1 / Math.sqrt((double) layer.getHeadSize()))));
    String unused = onnx.add("Sub", onnx.number(1), text.used());
    String away =
        onnx.add("Unsqueeze", onnx.add("Mul", unused, onnx.number(FAR)), onnx.integers(1, 2));
    String shares =
        onnx.add(
            "Softmax", List.of(onnx.add("Add", scores, away)), OnnxBuilder.integer("axis", -1));
    String mixed = onnx.transpose(onnx.add("MatMul", shares, values), 0, 2, 1, 3);
    long width = layer.getNHeads() * layer.getHeadSize();
    String joined = onnx.add("Reshape", mixed, onnx.integers(0, 0, width));
    return tokens.as(onnx.add("MatMul", joined, parameter(name, "Wo")));
  }

  /** Projects the tokens and splits them by heads: batch × heads × tokens × size. */
  private String heads(String name, String weights, SelfAttentionLayer layer, Value tokens) {
    INDArray byHead = weights(name, weights);
    long in = byHead.size(byHead.rank() - 1);
    long width = layer.getNHeads() * layer.getHeadSize();
    INDArray transposed = byHead.dup('c').reshape('c', width, in).transpose();
    String matrix = onnx.tensor(name + "." + weights, values(transposed), in, width);
    String projected = onnx.add("MatMul", tokens.name(), matrix);
    String cut =
        onnx.add("Reshape", projected, onnx.integers(0, 0, layer.getNHeads(), layer.getHeadSize()));
    return onnx.transpose(cut, 0, 2, 1, 3);
  }

  private Value activated(String name, BaseLayer layer, Value value) {
    return activated(name, layer.getActivationFn(), value);
  }

  private Value activated(String name, IActivation activation, Value value) {
    if (is(activation, Activation.IDENTITY)) {
      return value;
    }
    if (is(activation, Activation.GELU)) {
      String gate = onnx.add("Sigmoid", onnx.add("Mul", value.name(), onnx.number(GELU_SLOPE)));
      return value.as(onnx.add("Mul", value.name(), gate));
    }
    for (Map.Entry<Activation, String> known :
        Map.of(Activation.RELU, "Relu", Activation.TANH, "Tanh", Activation.SIGMOID, "Sigmoid")
            .entrySet()) {
      if (is(activation, known.getKey())) {
        return value.as(onnx.add(known.getValue(), value.name()));
      }
    }
    throw unknown(name, "layer with activation " + activation);
  }

  private static boolean is(IActivation activation, Activation kind) {
    return kind.getActivationFunction().equals(activation);
  }

  /** Turns a picture into the layout that convolutions take; returns any other value as it is. */
  Value channelsFirst(Value picture) {
    return picture.form() == Form.HEIGHT_WIDTH_CHANNELS
        ? new Value(onnx.transpose(picture.name(), 0, 3, 1, 2), Form.CHANNELS_HEIGHT_WIDTH)
        : picture;
  }

  /** Flattens a picture into one row, in the order that the following layers were trained with. */
  private Value flat(Value value, CNN2DFormat order) {
    String name = value.name();
    switch (value.form()) {
      case FEATURES, TOKENS -> {
        return value;
      }
      case HEIGHT_WIDTH_CHANNELS ->
          name = order == CNN2DFormat.NHWC ? name : onnx.transpose(name, 0, 3, 1, 2);
      case CHANNELS_HEIGHT_WIDTH ->
          name = order == CNN2DFormat.NCHW ? name : onnx.transpose(name, 0, 2, 3, 1);
    }
    return new Value(onnx.add("Reshape", name, onnx.integers(0, -1)), Form.FEATURES);
  }

  /** Adds parameters in DL4J's shape. */
  private String parameter(String layer, String kind) {
    INDArray found = weights(layer, kind);
    return onnx.tensor(layer + "." + kind, values(found), found.shape());
  }

  /** Adds parameters with one axis. */
  private String vector(String layer, String kind) {
    INDArray found = weights(layer, kind);
    return onnx.tensor(layer + "." + kind, values(found), found.length());
  }

  private INDArray weights(String layer, String kind) {
    return graph.getLayer(layer).getParam(kind);
  }

  private static float[] values(INDArray array) {
    return array.dup('c').data().asFloat();
  }
}
