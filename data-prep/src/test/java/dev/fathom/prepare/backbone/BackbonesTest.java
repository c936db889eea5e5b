// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.fathom.data.Backbone;
import dev.fathom.data.Modality;
import dev.fathom.error.ExitCode;
import dev.fathom.error.FathomException;
import dev.fathom.files.Storage;
import dev.fathom.prepare.LocalSpark;
import dev.fathom.prepare.image.ImageDecoder;
import dev.fathom.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackbonesTest {
  @TempDir Path temporary;

  @Test
  void aPictureGoesInAsTheSettingsSay() throws IOException {
    byte[] rgb = {0, 100, (byte) 255, 50, (byte) 150, (byte) 200, 1, 2, 3, 4, 5, 6};

    assertThat(input(rgb, "image.preprocessing=unit"))
        .containsExactly(floats(0, 50, 1, 4, 100, 150, 2, 5, 255, 200, 3, 6));
    assertThat(input(rgb, "image.preprocessing=unit", "image.channels=bgr"))
        .containsExactly(floats(255, 200, 3, 6, 100, 150, 2, 5, 0, 50, 1, 4));
    float[] clip = input(rgb, "image.preprocessing=clip");
    assertThat(clip[1]).isEqualTo((float) ((50 / 255.0 - 0.48145466) / 0.26862954));
    assertThat(clip[4]).isEqualTo((float) ((100 / 255.0 - 0.4578275) / 0.26130258));
    float[] imagenet = input(rgb);
    assertThat(imagenet[8]).isEqualTo((float) ((255 / 255.0 - 0.406) / 0.225));
    assertThat(input(rgb, "image.mean=[0.5, 0, 0]", "image.deviation=[0.5, 1, 1]")[1])
        .isEqualTo((float) ((50 / 255.0 - 0.5) / 0.5));
  }

  private static float[] floats(int... values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = (float) (values[i] / 255.0);
    }
    return floats;
  }

  private float[] input(byte[] rgb, String... settings) throws IOException {
    Backbones backbones = pictures(OnnxModels.channelMeans(2), settings);
    try {
      return backbones.pictures().orElseThrow().input(rgb);
    } finally {
      backbones.close();
    }
  }

  @Test
  void aPictureHasTheFeaturesThatTheNetworkGives() throws IOException {
    Backbones backbones = pictures(OnnxModels.channelMeans(4), "image.preprocessing=unit");
    try {
      byte[] rgb = new byte[4 * 4 * 3];
      for (int i = 0; i < rgb.length; i += 3) {
        rgb[i] = (byte) 255;
        rgb[i + 2] = 51;
      }

      Backbone backbone = backbones.of(Modality.IMAGE).orElseThrow();
      assertThat(backbone.columns()).isEqualTo(3);
      assertThat(backbone.picture().size()).isEqualTo(4);
      assertThat(backbone.pooling()).isEqualTo(Backbone.Pooling.MEAN);
      assertThat(backbone.sha256()).hasSize(64);
      assertThat(backbones.pictures().orElseThrow().of(new ImageDecoder.Picture(rgb, 4, 4)))
          .containsExactly(new float[] {1, 0, 0.2f}, within(1e-6f));
    } finally {
      backbones.close();
    }
  }

  @Test
  void captionsHaveTheFeaturesThatOnnxRuntimeGivesWhateverStandsBesideThem()
      throws IOException, OrtException {
    List<String> captions = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      captions.add("a bird " + "and a very long beak ".repeat(i % 7) + i);
    }
    captions.add("");
    captions.add("word ".repeat(300));
    Backbones backbones = captions(OnnxModels.miniLm());
    try {
      TextFeatures network = backbones.texts().orElseThrow();
      float[][] together = network.of(captions);
      List<String> turned = new ArrayList<>(captions);
      Collections.reverse(turned);
      float[][] reversed = network.of(turned);

      assertThat(network.backbone().columns()).isEqualTo(384);
      assertThat(network.backbone().maxTokens()).isEqualTo(128);
      assertThat(network.of(captions)).isDeepEqualTo(together);
      for (int i = 0; i < captions.size(); i++) {
        assertThat(together[i]).containsExactly(bare(captions.get(i)), within(1e-5f));
        assertThat(reversed[captions.size() - 1 - i]).containsExactly(together[i], within(1e-5f));
      }
    } finally {
      backbones.close();
    }
  }

  /** The mean over the tokens of a caption that is run by itself. */
  private static float[] bare(String caption) throws IOException, OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (Tokens tokens = Tokens.open(Files.readAllBytes(OnnxModels.miniLmTokenizer()), 0, false)) {
      long[] ids = tokens.of(caption);
      long[] ones = new long[ids.length];
      java.util.Arrays.fill(ones, 1);
      try (OnnxTensor in = OnnxTensor.createTensor(environment, new long[][] {ids});
          OnnxTensor mask = OnnxTensor.createTensor(environment, new long[][] {ones});
          OnnxTensor types = OnnxTensor.createTensor(environment, new long[1][ids.length]);
          OrtSession.Result result =
              Bare.SESSION.run(
                  Map.of("input_ids", in, "attention_mask", mask, "token_type_ids", types))) {
        float[][] states = ((float[][][]) result.get(0).getValue())[0];
        float[] mean = new float[states[0].length];
        for (float[] state : states) {
          for (int i = 0; i < mean.length; i++) {
            mean[i] += state[i] / states.length;
          }
        }
        return mean;
      }
    }
  }

  private static final class Bare {
    static final OrtSession SESSION = open();

    private static OrtSession open() {
      try {
        return OrtEnvironment.getEnvironment().createSession(OnnxModels.miniLm().toString());
      } catch (OrtException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @Test
  void aNetworkThatDoesNotFitSaysWhatItWants() throws IOException {
    Path vectors = write("vectors.onnx", OnnxModels.ofVectors());
    Path tokens = write("tokens.onnx", OnnxModels.ofTokens("input_ids"));

    assertRefused(() -> pictures(OnnxModels.ofVectors()), ExitCode.DATA, "v (FLOAT [-1, 5])");
    assertRefused(() -> captions(vectors), ExitCode.DATA, "v (FLOAT [-1, 5])");
    assertRefused(() -> captions(tokens), ExitCode.DATA, "same of the network is INT64");
    assertRefused(
        () -> pictures(OnnxModels.channelMeans(8), "image.inputSize=9"), ExitCode.USAGE, "wants 8");
    assertRefused(
        () -> pictures(OnnxModels.channelMeans(8), "image.output=logits"),
        ExitCode.USAGE,
        "means (FLOAT");
    assertRefused(
        () -> pictures(OnnxModels.dynamicallyQuantised()), ExitCode.DATA, "ONNX Runtime says");
  }

  private interface Opening {
    Backbones open() throws IOException;
  }

  private static void assertRefused(Opening opening, ExitCode code, String reason) {
    assertThatThrownBy(opening::open)
        .isInstanceOfSatisfying(
            FathomException.class,
            e -> {
              assertThat(e.exitCode()).isEqualTo(code);
              assertThat(e.getMessage().lines()).hasSize(1);
            })
        .hasMessageContaining(reason);
  }

  private Backbones pictures(byte[] model, String... settings) throws IOException {
    List<String> all = new ArrayList<>(List.of(settings));
    all.add("image.backbone=" + write("model.onnx", model));
    return open(all, Modality.IMAGE);
  }

  private static Backbones captions(Path model) {
    return open(
        List.of("text.backbone=" + model, "text.tokenizer=" + OnnxModels.miniLmTokenizer()),
        Modality.TEXT);
  }

  private static Backbones open(List<String> assignments, Modality modality) {
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(LocalSpark.session().sparkContext());
    return Backbones.open(
        spark,
        new Storage(spark.hadoopConfiguration()),
        BackboneSettings.of(Settings.of("", List.of(), assignments)),
        List.of(modality));
  }

  private Path write(String name, byte[] content) throws IOException {
    return Files.write(temporary.resolve(name), content);
  }
}
