// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.backbone;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.TensorInfo;
import dev.fathom.data.Backbone;
import dev.fathom.error.FathomException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Computes the features of captions by a frozen network. Captions of one length are run together,
 * so nothing is padded, and no caption's features depend on its neighbours; which captions are run
 * together follows from the given list alone. For one thread.
 */
public final class TextFeatures {

  /** Number of captions that are given at once: enough for several of each length. */
  public static final int WINDOW = 1024;

  private static final int MOST_ROWS = 32;

  /** Largest number of tokens in a batch; with more it is no faster, and takes more memory. */
  private static final int MOST_TOKENS = 512;

  private static final String MASK = "mask";
  private static final String TYPES = "type_ids";

  private final FrozenNetwork network;
  private final Tokens tokens;
  private final Backbone backbone;
  private final int length;
  private final boolean alone;

  /**
   * Uses a network and a tokenizer that are already open.
   *
   * @param alone whether a caption is run by itself
   */
  TextFeatures(FrozenNetwork network, Tokens tokens, Backbone backbone, boolean alone) {
    this.network = network;
    this.tokens = tokens;
    this.backbone = backbone;
    length = length(network, backbone.path());
    this.alone = alone || batch(network) == 1;
  }

  /** The number of tokens that a network takes, 0 if it takes any. */
  static int length(FrozenNetwork network, String path) {
    boolean fits = true;
    int ids = 0;
    for (Map.Entry<String, TensorInfo> input : network.inputs().entrySet()) {
      String name = input.getKey().toLowerCase(Locale.ROOT);
      long[] shape = input.getValue().getShape();
      OnnxJavaType type = input.getValue().type;
      ids += name.contains(MASK) || name.contains(TYPES) ? 0 : 1;
      fits &=
          shape.length == 2
              && shape[0] <= 1
              && (type == OnnxJavaType.INT64 || type == OnnxJavaType.INT32);
    }
    if (!fits || ids != 1) {
      throw FathomException.data(
          "text.backbone = %s wants %s; taken is a network with token numbers [N, tokens], and at most attention_mask and token_type_ids beside them, N free or 1: export the text encoder by itself",
          path, network.told());
    }
    return (int) Math.max(0, network.inputs().values().iterator().next().getShape()[1]);
  }

  private static long batch(FrozenNetwork network) {
    return network.inputs().values().iterator().next().getShape()[0];
  }

  /** The description of the network. */
  public Backbone backbone() {
    return backbone;
  }

  /**
   * Computes the features of captions, in their order.
   *
   * @throws FathomException if the network fails
   */
  public float[][] of(List<String> captions) {
    long[][] ids = new long[captions.size()][];
    int[] counts = new int[captions.size()];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = tokens.of(captions.get(i));
      counts[i] = length == 0 ? ids[i].length : tokens.count(captions.get(i));
      if (counts[i] == 0) {
        throw FathomException.data(
            "text.tokenizer = %s makes no token of the caption '%s'",
            backbone.tokenizer(), captions.get(i));
      }
    }
    List<Integer> order =
        IntStream.range(0, ids.length)
            .boxed()
            .sorted(Comparator.comparingInt(i -> counts[i]))
            .toList();
    float[][] features = new float[ids.length][];
    List<Integer> batch = new ArrayList<>();
    for (int i = 0; i < ids.length; i++) {
      int row = order.get(i);
      batch.add(row);
      int next = i + 1 < ids.length ? counts[order.get(i + 1)] : -1;
      int rows = alone ? 1 : Math.max(1, Math.min(MOST_ROWS, MOST_TOKENS / ids[row].length));
      if (next != counts[row] || batch.size() == rows) {
        run(batch, ids, counts[row], features);
        batch.clear();
      }
    }
    return features;
  }

  private void run(List<Integer> batch, long[][] ids, int count, float[][] features) {
    Map<String, OnnxTensor> fed = new LinkedHashMap<>();
    try {
      for (Map.Entry<String, TensorInfo> input : network.inputs().entrySet()) {
        fed.put(input.getKey(), tensor(input.getKey(), input.getValue(), batch, ids, count));
      }
      float[][] found = network.run(fed, backbone.output(), backbone.pooling(), count, false);
      for (int i = 0; i < found.length; i++) {
        features[batch.get(i)] = finite(found[i]);
      }
    } catch (OrtException e) {
      throw Backbones.failed("text.backbone", backbone.path(), e);
    } finally {
      fed.values().forEach(OnnxTensor::close);
    }
  }

  private float[] finite(float[] features) {
    for (float value : features) {
      if (!Float.isFinite(value)) {
        throw FathomException.data(
            "text.backbone = %s gives features that are no finite numbers", backbone.path());
      }
    }
    return features;
  }

  private static OnnxTensor tensor(
      String input, TensorInfo wanted, List<Integer> batch, long[][] ids, int count)
      throws OrtException {
    String name = input.toLowerCase(Locale.ROOT);
    int width = ids[batch.get(0)].length;
    long[] all = new long[batch.size() * width];
    for (int i = 0; i < batch.size(); i++) {
      if (name.contains(MASK)) {
        Arrays.fill(all, i * width, i * width + count, 1);
      } else if (!name.contains(TYPES)) {
        System.arraycopy(ids[batch.get(i)], 0, all, i * width, width);
      }
    }
    long[] shape = {batch.size(), width};
    if (wanted.type == OnnxJavaType.INT32) {
      IntBuffer numbers = direct(all.length * Integer.BYTES).asIntBuffer();
      for (long value : all) {
        numbers.put((int) value);
      }
      return OnnxTensor.createTensor(FrozenNetwork.environment(), numbers.flip(), shape);
    }
    LongBuffer numbers = direct(all.length * Long.BYTES).asLongBuffer().put(all);
    return OnnxTensor.createTensor(FrozenNetwork.environment(), numbers.flip(), shape);
  }

  private static ByteBuffer direct(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }
}
