// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.fathom.data.Modality;
import dev.fathom.files.Storage;
import dev.fathom.prepare.LocalSpark;
import dev.fathom.prepare.image.ImageDecoder;
import dev.fathom.settings.Settings;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;

/**
 * How many rows a second a frozen network describes on one thread, beside a bare loop of ONNX
 * Runtime over the same rows. Not a test: it prints.
 */
class FeatureSpeed {
  private static final Path MOBILE_NET = Path.of("../../shared/models/mobilenetv2-features.onnx");
  private static final int TURNS = 5;

  @Test
  void ofCaptions() throws Exception {
    Random random = new Random(1);
    List<String> captions = new ArrayList<>();
    for (int i = 0; i < TextFeatures.WINDOW; i++) {
      captions.add("bird ".repeat(2 + random.nextInt(12)).strip());
    }
    Backbones backbones =
        open(
            Modality.TEXT,
            "text.backbone=" + OnnxModels.miniLm(),
            "text.tokenizer=" + OnnxModels.miniLmTokenizer());
    TextFeatures network = backbones.texts().orElseThrow();
    try (OrtSession session = bare(OnnxModels.miniLm());
        Tokens tokens = Tokens.open(Files.readAllBytes(OnnxModels.miniLmTokenizer()), 0, false)) {
      List<long[]> rows =
          captions.stream()
              .map(tokens::of)
              .sorted(Comparator.comparingInt(ids -> ids.length))
              .toList();
      compare("captions", captions.size(), () -> network.of(captions), () -> run(session, rows));
    } finally {
      backbones.close();
    }
  }

  /** Batches of up to 32 rows of equal length, as they are. */
  private static void run(OrtSession session, List<long[]> rows) throws OrtException {
    int from = 0;
    while (from < rows.size()) {
      int length = rows.get(from).length;
      int to = from;
      while (to < rows.size() && to - from < 32 && rows.get(to).length == length) {
        to++;
      }
      long[][] ids = rows.subList(from, to).toArray(new long[0][]);
      long[][] ones = new long[ids.length][length];
      Arrays.stream(ones).forEach(row -> Arrays.fill(row, 1));
      OrtEnvironment environment = OrtEnvironment.getEnvironment();
      try (OnnxTensor in = OnnxTensor.createTensor(environment, ids);
          OnnxTensor mask = OnnxTensor.createTensor(environment, ones);
          OnnxTensor types = OnnxTensor.createTensor(environment, new long[ids.length][length]);
          OrtSession.Result result =
              session.run(
                  Map.of("input_ids", in, "attention_mask", mask, "token_type_ids", types))) {
        assertThat(((OnnxTensor) result.get(0)).getFloatBuffer().remaining()).isPositive();
      }
      from = to;
    }
  }

  @Test
  void ofPictures() throws Exception {
    assumeTrue(Files.exists(MOBILE_NET), MOBILE_NET + " is absent; it is not part of the project");
    int pictures = 60;
    byte[] rgb = new byte[224 * 224 * 3];
    new Random(2).nextBytes(rgb);
    Backbones backbones =
        open(Modality.IMAGE, "image.backbone=" + MOBILE_NET, "image.preprocessing=unit");
    PictureFeatures network = backbones.pictures().orElseThrow();
    ImageDecoder.Picture picture = new ImageDecoder.Picture(rgb, 224, 224);
    try (OrtSession session = bare(MOBILE_NET)) {
      FloatBuffer input = FloatBuffer.wrap(network.input(rgb));
      compare(
          "pictures",
          pictures,
          () -> {
            for (int i = 0; i < pictures; i++) {
              network.of(picture);
            }
          },
          () -> {
            for (int i = 0; i < pictures; i++) {
              run(session, input);
            }
          });
    } finally {
      backbones.close();
    }
  }

  private static void run(OrtSession session, FloatBuffer input) throws OrtException {
    try (OnnxTensor tensor =
            OnnxTensor.createTensor(
                OrtEnvironment.getEnvironment(), input, new long[] {1, 3, 224, 224});
        OrtSession.Result result = session.run(Map.of("pixel_values", tensor))) {
      assertThat(((OnnxTensor) result.get(0)).getFloatBuffer().remaining()).isPositive();
    }
  }

  private interface Work {
    void run() throws IOException, OrtException;
  }

  /** Turn by turn, the fastest of each, so that what else the machine does bears on both. */
  private static void compare(String what, int rows, Work ours, Work bare) throws Exception {
    double ourSeconds = Double.MAX_VALUE;
    double bareSeconds = Double.MAX_VALUE;
    for (int turn = 0; turn < TURNS; turn++) {
      ourSeconds = Math.min(ourSeconds, seconds(ours));
      bareSeconds = Math.min(bareSeconds, seconds(bare));
    }
    System.out.printf(
        Locale.ROOT,
        "%s: %.0f a second, bare ONNX Runtime %.0f, ratio %.2f%n",
        what,
        rows / ourSeconds,
        rows / bareSeconds,
        bareSeconds / ourSeconds);
  }

  private static double seconds(Work work) throws Exception {
    long start = System.nanoTime();
    work.run();
    return (System.nanoTime() - start) * 1e-9;
  }

  private static OrtSession bare(Path model) throws OrtException {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      return OrtEnvironment.getEnvironment().createSession(model.toString(), options);
    }
  }

  private static Backbones open(Modality modality, String... assignments) {
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(LocalSpark.session().sparkContext());
    return Backbones.open(
        spark,
        new Storage(spark.hadoopConfiguration()),
        BackboneSettings.of(Settings.of("", List.of(), List.of(assignments))),
        List.of(modality));
  }
}
