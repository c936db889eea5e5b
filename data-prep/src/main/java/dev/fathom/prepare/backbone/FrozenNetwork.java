// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.backbone;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.fathom.data.Backbone.Pooling;
import dev.fathom.error.FathomException;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * A network that is open in this process. A run uses the caller's thread, and any number of tasks
 * may run the network at a time.
 */
final class FrozenNetwork implements AutoCloseable {
  private static final OrtEnvironment ENVIRONMENT =
      OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, "fathom");

  /** Usual names of outputs with one vector per row, the likeliest first. */
  private static final List<String> LIKELY =
      List.of("image_embeds", "text_embeds", "sentence_embedding", "pooler_output", "embedding");

  private static final Set<OnnxJavaType> NUMBERS =
      Set.of(OnnxJavaType.FLOAT, OnnxJavaType.FLOAT16, OnnxJavaType.BFLOAT16);

  private final OrtSession session;

  /** Read lock of every run, so that the session is not freed during one. */
  private final ReadWriteLock open = new ReentrantReadWriteLock();

  private final Map<String, TensorInfo> inputs;
  private final Map<String, TensorInfo> outputs;

  private FrozenNetwork(OrtSession session) throws OrtException {
    this.session = session;
    inputs = tensors(session.getInputInfo());
    outputs = tensors(session.getOutputInfo());
  }

  /**
   * Opens a network.
   *
   * @param threads number of threads that one run may use
   * @throws OrtException if ONNX Runtime refuses the network
   */
  static FrozenNetwork open(byte[] model, int threads) throws OrtException {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(threads);
      options.setInterOpNumThreads(1);
      // Lengths differ from run to run, and an arena would never give back what it keeps for each
      // of them.
      options.setCPUArenaAllocator(false);
      options.setMemoryPatternOptimization(false);
      options.addConfigEntry("session.intra_op.allow_spinning", "0");
      // ONNX Runtime's own format is refused, as nothing here checks it for references to files.
      options.addConfigEntry("session.load_model_format", "ONNX");
      return new FrozenNetwork(ENVIRONMENT.createSession(model, options));
    }
  }

  private static Map<String, TensorInfo> tensors(Map<String, NodeInfo> nodes) {
    Map<String, TensorInfo> tensors = new LinkedHashMap<>();
    nodes.forEach(
        (name, node) -> {
          if (node.getInfo() instanceof TensorInfo tensor) {
            tensors.put(name, tensor);
          }
        });
    return tensors;
  }

  /** The input tensors by their names, in the network's order. */
  Map<String, TensorInfo> inputs() {
    return inputs;
  }

  /** A description of the inputs for a person. */
  String told() {
    return told(inputs);
  }

  private static String told(Map<String, TensorInfo> tensors) {
    return String.join(
        ", ",
        tensors.entrySet().stream()
            .map(
                tensor ->
                    "%s (%s %s)"
                        .formatted(
                            tensor.getKey(),
                            tensor.getValue().type,
                            Arrays.toString(tensor.getValue().getShape())))
            .toList());
  }

  /**
   * Chooses the output to use.
   *
   * @param wanted name from a setting
   * @param key key of that setting
   */
  String output(Optional<String> wanted, String key) {
    if (wanted.isPresent() && !outputs.containsKey(wanted.get())) {
      throw FathomException.usage(
          "%s = %s is no output of the network; it has %s", key, wanted.get(), told(outputs));
    }
    List<String> vectors =
        outputs.keySet().stream().filter(name -> outputs.get(name).getShape().length == 2).toList();
    return wanted
        .or(() -> LIKELY.stream().filter(vectors::contains).findFirst())
        .or(() -> vectors.stream().findFirst())
        .or(() -> outputs.keySet().stream().findFirst())
        .orElseThrow(() -> FathomException.data("the network has no output that is a tensor"));
  }

  /** Chooses how an output becomes a vector. */
  Pooling pooling(String output, Optional<Pooling> wanted, boolean texts) {
    TensorInfo tensor = outputs.get(output);
    int rank = tensor.getShape().length;
    if (!NUMBERS.contains(tensor.type) || rank < 2 || rank > 4) {
      throw FathomException.data(
          "output %s of the network is %s %s, and a vector, or one for each token or place, of float32 or float16 is taken",
          output, tensor.type, Arrays.toString(tensor.getShape()));
    }
    if (rank == 2) {
      return Pooling.NONE;
    }
    Pooling suits = texts || rank == 4 ? Pooling.MEAN : Pooling.CLS;
    Pooling pooling = wanted.orElse(suits);
    if (pooling == Pooling.CLS && rank == 4) {
      throw FathomException.usage(
          "image.pooling = cls, and output %s is a map %s without a class token; set it to mean or none",
          output, Arrays.toString(tensor.getShape()));
    }
    if (pooling == Pooling.NONE && texts) {
      throw FathomException.usage(
          "text.pooling = none, and output %s has a vector for each token; set it to mean or cls",
          output);
    }
    return pooling;
  }

  /** The environment in which tensors are created. */
  static OrtEnvironment environment() {
    return ENVIRONMENT;
  }

  /**
   * Runs the network.
   *
   * @param fed the inputs, which the caller closes
   * @param output name of the output to use
   * @param pooling how the output becomes a vector
   * @param tokens number of tokens of each row before its padding
   * @param channelsLast whether the output may be a map whose channels are its last axis
   * @return one vector per row
   */
  float[][] run(
      Map<String, OnnxTensor> fed, String output, Pooling pooling, int tokens, boolean channelsLast)
      throws OrtException {
    open.readLock().lock();
    try {
      return opened(fed, output, pooling, tokens, channelsLast);
    } finally {
      open.readLock().unlock();
    }
  }

  private float[][] opened(
      Map<String, OnnxTensor> fed, String output, Pooling pooling, int tokens, boolean channelsLast)
      throws OrtException {
    try (OrtSession.Result result = session.run(fed, Set.of(output))) {
      OnnxTensor tensor = (OnnxTensor) result.get(0);
      long[] shape = tensor.getInfo().getShape();
      FloatBuffer values = tensor.getFloatBuffer();
      int rows = Math.toIntExact(shape[0]);
      int numbers = values.remaining() / Math.max(1, rows);
      float[][] vectors = new float[rows][];
      for (int row = 0; row < rows; row++) {
        float[] one = new float[numbers];
        values.get(row * numbers, one);
        vectors[row] = pooled(one, shape, pooling, tokens, channelsLast);
      }
      return vectors;
    }
  }

  private static float[] pooled(
      float[] row, long[] shape, Pooling pooling, int tokens, boolean channelsLast) {
    if (shape.length == 2 || pooling == Pooling.NONE) {
      return row;
    }
    // An output has one token after the other; a map has one channel after the other, each with all
    // its positions.
    boolean map = shape.length == 4 && !channelsLast;
    int width = Math.toIntExact(shape[map ? 1 : shape.length - 1]);
    int places = Math.min(row.length / width, tokens);
    float[] vector = new float[width];
    for (int i = 0; i < width; i++) {
      double sum = 0;
      int counted = pooling == Pooling.CLS ? 1 : places;
      for (int place = 0; place < counted; place++) {
        sum += row[map ? i * places + place : place * width + i];
      }
      vector[i] = (float) (sum / counted);
    }
    return vector;
  }

  @Override
  public void close() {
    open.writeLock().lock();
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    } finally {
      open.writeLock().unlock();
    }
  }
}
