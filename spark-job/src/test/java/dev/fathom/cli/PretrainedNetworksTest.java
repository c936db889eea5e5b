// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.fasterxml.jackson.databind.JsonNode;
import dev.fathom.random.RandomStream;
import java.awt.image.BufferedImage;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Pairs that MobileNetV2 and MiniLM describe, from their training to ONNX. Where MobileNetV2 is
 * absent, the pictures are learned from pixels.
 */
class PretrainedNetworksTest {
  private static final Path MOBILE_NET = Path.of("../../shared/models/mobilenetv2-features.onnx");
  private static final int PAIRS = 40;
  private static final int SIZE = 224;
  private static final int DIMENSION = 16;

  @TempDir private static Path here;

  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();

  @BeforeAll
  static void run() throws Exception {
    for (String name : List.of("all-minilm-l6-v2.onnx", "all-minilm-l6-v2-tokenizer.json")) {
      try (InputStream in = PretrainedNetworksTest.class.getResourceAsStream("/" + name)) {
        Files.copy(in, here.resolve(name));
      }
    }
    StringBuilder manifest = new StringBuilder("file,caption\n");
    for (int i = 0; i < PAIRS; i++) {
      BufferedImage picture = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_INT_RGB);
      byte[] pixels = pixels(i);
      for (int p = 0; p < SIZE * SIZE; p++) {
        int rgb = 0;
        for (int c = 0; c < 3; c++) {
          rgb = (rgb << 8) | (pixels[3 * p + c] & 0xff);
        }
        picture.setRGB(p % SIZE, p / SIZE, rgb);
      }
      ImageIO.write(picture, "png", here.resolve("p" + i + ".png").toFile());
      manifest.append("p%d.png,%s%n".formatted(i, caption(i)));
    }
    Files.writeString(here.resolve("pairs.csv"), manifest);
    Commands.succeed(
        new String[0],
        Commands.words(
            here,
            "run --input %s --output %s --set text.backbone=%s --set text.tokenizer=%s --set training.epochs=1"
                + " --set embed.split=all"
                + describedPictures(),
            "pairs.csv",
            "out",
            "all-minilm-l6-v2.onnx",
            "all-minilm-l6-v2-tokenizer.json"));
    Commands.succeed(
        new String[0],
        Commands.words(here, "export --model %s --format onnx --output %s", "out/model", "onnx"));
  }

  private static String describedPictures() {
    return Files.exists(MOBILE_NET)
        ? " --set image.preprocessing=unit --set image.backbone=" + MOBILE_NET.toAbsolutePath()
        : "";
  }

  private static void assumeMobileNet() {
    assumeTrue(Files.exists(MOBILE_NET), MOBILE_NET + " is absent; it is not part of the project");
  }

  /** Squares of some colours, red, green and blue of each place. */
  private static byte[] pixels(int picture) {
    RandomGenerator random = RandomStream.of(7, "pictures", picture);
    byte[] squares = new byte[8 * 8 * 3];
    random.nextBytes(squares);
    byte[] pixels = new byte[SIZE * SIZE * 3];
    for (int i = 0; i < pixels.length; i++) {
      int place = i / 3;
      int square = place / SIZE / 28 * 8 + place % SIZE / 28;
      pixels[i] = squares[3 * square + i % 3];
    }
    return pixels;
  }

  private static String caption(int number) {
    return "picture " + "so bright ".repeat(number % 4) + "of number " + number;
  }

  @Test
  void anExportOfNetworkAndHeadGivesTheEmbeddingsOfPictures() throws Exception {
    assumeMobileNet();
    Map<Integer, float[]> expected = embeddings("x");
    try (OrtSession session = open("x")) {
      for (int batch : new int[] {1, 7}) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(batch * SIZE * SIZE * 3);
        for (int i = 0; i < batch; i++) {
          bytes.put(pixels(i));
        }
        try (OnnxTensor pictures =
            OnnxTensor.createTensor(
                environment, bytes.flip(), new long[] {batch, SIZE, SIZE, 3}, OnnxJavaType.UINT8)) {
          assertSame(session, Map.of("x", pictures), expected);
        }
      }
    }
  }

  @Test
  void anExportOfNetworkAndHeadGivesTheEmbeddingsOfCaptions() throws Exception {
    Map<Integer, float[]> expected = embeddings("y");
    try (OrtSession session = open("y");
        HuggingFaceTokenizer tokenizer =
            HuggingFaceTokenizer.newInstance(here.resolve("onnx/y-tokenizer.json"))) {
      for (int batch : new int[] {1, 7}) {
        String[] captions = new String[batch];
        Arrays.setAll(captions, PretrainedNetworksTest::caption);
        Encoding[] encoded = tokenizer.batchEncode(captions);
        long[][] ids = Arrays.stream(encoded).map(Encoding::getIds).toArray(long[][]::new);
        long[][] mask =
            Arrays.stream(encoded).map(Encoding::getAttentionMask).toArray(long[][]::new);
        try (OnnxTensor in = OnnxTensor.createTensor(environment, ids);
            OnnxTensor used = OnnxTensor.createTensor(environment, mask);
            OnnxTensor types =
                OnnxTensor.createTensor(environment, new long[batch][ids[0].length])) {
          assertSame(
              session,
              Map.of("input_ids", in, "attention_mask", used, "token_type_ids", types),
              expected);
        }
      }
    }
  }

  @Test
  void featuresOfTwoWidthsAreNotCompared() throws Exception {
    assumeMobileNet();
    JsonNode alone = Commands.report(here.resolve("out")).get("features");

    assertThat(alone.get("widthX").asInt()).isEqualTo(1280);
    assertThat(alone.get("widthY").asInt()).isEqualTo(384);
    assertThat(alone.get("comparable").asBoolean()).isFalse();
    assertThat(alone.has("retrieval")).isFalse();
    assertThat(Files.readString(here.resolve("out/report.html")))
        .contains("features alone are not comparable: 1,280 and 384 wide")
        .doesNotContain("x finds y, features alone");
  }

  private OrtSession open(String side) throws OrtException {
    return environment.createSession(here.resolve("onnx/" + side + ".onnx").toString());
  }

  /** Asserts that the first pairs have the embeddings that Fathom gave them. */
  private static void assertSame(
      OrtSession session, Map<String, OnnxTensor> inputs, Map<Integer, float[]> expected)
      throws OrtException {
    try (OrtSession.Result result = session.run(inputs)) {
      float[][] found = (float[][]) result.get("embedding").orElseThrow().getValue();
      for (int i = 0; i < found.length; i++) {
        assertThat(found[i]).hasSize(DIMENSION).containsExactly(expected.get(i), within(1e-5f));
      }
    }
  }

  private static Map<Integer, float[]> embeddings(String side) {
    Map<Integer, float[]> embeddings = Commands.embeddings(here.resolve("out/embeddings"), side);
    assertThat(embeddings).hasSize(PAIRS);
    return embeddings;
  }
}
