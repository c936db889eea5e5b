// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import dev.fathom.data.Backbone;
import dev.fathom.data.Backbone.Pooling;
import dev.fathom.data.Modality;
import dev.fathom.error.FathomException;
import dev.fathom.testing.TinyNetworks;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import onnx.Onnx;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What stands before a head: a network with what goes in and how its output becomes a vector. The
 * names within are those that a head uses, too.
 */
class OnnxNetworkTest {
  private static final int SIZE = 4;
  private static final OrtEnvironment ENVIRONMENT = OrtEnvironment.getEnvironment();

  @ParameterizedTest
  @CsvSource({"11, false, false", "13, true, true", "18, false, true", "18, true, false"})
  void picturesComeInAsBytesAndAreScaledWithin(long opset, boolean channelsLast, boolean blueFirst)
      throws Exception {
    Backbone backbone =
        new Backbone(
            Modality.IMAGE,
            "pictures.onnx",
            "",
            "embedding",
            Pooling.MEAN,
            3,
            new Backbone.Picture(
                SIZE,
                0,
                Backbone.Filter.BILINEAR,
                List.of(0.5, 0.25, 0.0),
                List.of(0.5, 1.0, 2.0),
                blueFirst),
            null,
            null,
            0);
    byte[] pixels = new byte[2 * SIZE * SIZE * 3];
    float[][] expected = new float[2][3];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (i * 37);
      int channel = i % 3;
      double scaled =
          ((pixels[i] & 0xff) / 255.0 - backbone.picture().mean().get(channel))
              / backbone.picture().deviation().get(channel);
      expected[i / (pixels.length / 2)][blueFirst ? 2 - channel : channel] +=
          (float) (scaled / (SIZE * SIZE));
    }
    ByteBuffer direct = ByteBuffer.allocateDirect(pixels.length).put(pixels).flip();
    try (OnnxTensor input =
        OnnxTensor.createTensor(
            ENVIRONMENT, direct, new long[] {2, SIZE, SIZE, 3}, OnnxJavaType.UINT8)) {
      assertClose(
          run(TinyNetworks.pictures(opset, SIZE, channelsLast), backbone, Map.of("picture", input)),
          expected);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "11, 0, true, MEAN",
    "18, 4, true, MEAN",
    "13, 4, false, MEAN",
    "13, 0, false, MEAN",
    "13, 0, true, CLS",
    "18, 4, false, CLS"
  })
  void textsComeInAsTheTokenizerGivesThem(long opset, int length, boolean mask, Pooling pooling)
      throws Exception {
    Onnx.ModelProto network = TinyNetworks.captions(opset, length, mask);
    // Without a mask of its own a network gets one only for a mean.
    boolean masked = mask || (length > 0 && pooling == Pooling.MEAN);
    long[][] ids = {{5, 2, 0, 0}, {1, 2, 3, 4}};
    int[] counts = {masked ? 2 : 4, 4};
    float[][] expected = new float[2][TinyNetworks.WIDTH];
    long[][] used = new long[2][4];
    for (int row = 0; row < 2; row++) {
      int counted = pooling == Pooling.CLS ? 1 : counts[row];
      for (int token = 0; token < counts[row]; token++) {
        used[row][token] = 1;
        for (int c = 0; token < counted && c < TinyNetworks.WIDTH; c++) {
          expected[row][c] += TinyNetworks.vector((int) ids[row][token])[c] / counted;
        }
      }
    }
    Map<String, OnnxTensor> inputs = new HashMap<>();
    inputs.put("input_ids", OnnxTensor.createTensor(ENVIRONMENT, ids));
    if (masked) {
      inputs.put("attention_mask", OnnxTensor.createTensor(ENVIRONMENT, used));
    }
    assertClose(run(network, captions(pooling), inputs), expected);
    inputs.values().forEach(OnnxTensor::close);
  }

  @Test
  void aNetworkOfAnOldOpsetIsRefused() {
    byte[] old = TinyNetworks.captions(7, 0, true).toByteArray();

    assertThatThrownBy(() -> OnnxNetwork.read(old, captions(Pooling.MEAN)))
        .isInstanceOf(FathomException.class)
        .hasMessageContaining("captions.onnx is of opset 7");
  }

  private static Backbone captions(Pooling pooling) {
    return new Backbone(
        Modality.TEXT,
        "captions.onnx",
        "",
        "embedding",
        pooling,
        TinyNetworks.WIDTH,
        null,
        "tokenizer.json",
        "",
        4);
  }

  private static float[][] run(
      Onnx.ModelProto network, Backbone backbone, Map<String, OnnxTensor> inputs) throws Exception {
    OnnxNetwork read = OnnxNetwork.read(network.toByteArray(), backbone);
    OnnxBuilder onnx = new OnnxBuilder("features", read.renamed());
    onnx.output(read.features(onnx, "picture"), "embedding", backbone.columns());
    try (OrtSession session = ENVIRONMENT.createSession(onnx.build("test"));
        OrtSession.Result result = session.run(inputs)) {
      return (float[][]) result.get("embedding").orElseThrow().getValue();
    }
  }

  private static void assertClose(float[][] found, float[][] expected) {
    for (int row = 0; row < expected.length; row++) {
      assertThat(found[row]).as("row %d", row).containsExactly(expected[row], within(1e-5f));
    }
  }
}
