// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fathom.error.ExitCode;
import dev.fathom.random.RandomStream;
import dev.fathom.testing.TinyNetworks;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import javax.imageio.ImageIO;
import org.apache.commons.codec.digest.DigestUtils;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user does with pairs that two frozen networks describe, both in three numbers. */
class FrozenNetworksTest {
  private static final int PAIRS = 200;
  private static final int SIZE = 8;
  private static final String[] SMALL = {
    "--set", "training.epochs=1", "--set", "model.dimension=6", "--set", "training.batchSize=32"
  };

  @TempDir private static Path here;

  private static final float[][] PICTURES = new float[PAIRS][];
  private static final float[][] CAPTIONS = new float[PAIRS][];

  @BeforeAll
  static void run() throws Exception {
    RandomGenerator random = RandomStream.of(5, "features");
    StringBuilder manifest = new StringBuilder("key,file,caption\n");
    StringBuilder captions = new StringBuilder("key,caption\n");
    for (int i = 0; i < PAIRS; i++) {
      // The numbers of the words differ, so no two captions have the same mean.
      int[] counts = {1, square(i % 6), square(i / 6 % 6), square(i / 36)};
      StringBuilder words = new StringBuilder();
      float[] mean = new float[TinyNetworks.WIDTH];
      for (int w = 0; w < counts.length; w++) {
        words.append((TinyNetworks.WORDS.get(w + 1) + " ").repeat(counts[w]));
        for (int c = 0; c < mean.length; c++) {
          mean[c] += TinyNetworks.vector(w + 1)[c] * counts[w] / Arrays.stream(counts).sum();
        }
      }
      CAPTIONS[i] = mean;
      // Of the pictures every other one points where its caption does.
      int[] colour = new int[3];
      for (int c = 0; c < 3; c++) {
        colour[c] = i % 2 == 0 ? Math.round(60 * mean[c]) : random.nextInt(256);
      }
      PICTURES[i] = new float[] {colour[0], colour[1], colour[2]};
      BufferedImage picture = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_INT_RGB);
      for (int pixel = 0; pixel < SIZE * SIZE; pixel++) {
        picture.setRGB(
            pixel % SIZE, pixel / SIZE, (colour[0] << 16) | (colour[1] << 8) | colour[2]);
      }
      ImageIO.write(picture, "png", here.resolve("p" + i + ".png").toFile());
      manifest.append("%d,p%d.png,%s%n".formatted(i, i, words.toString().strip()));
      captions.append("%d,%s%n".formatted(i, words.toString().strip()));
    }
    Files.writeString(here.resolve("pairs.csv"), manifest);
    Files.writeString(here.resolve("captions.csv"), captions);
    TinyNetworks.write(here, SIZE);
    Commands.succeed(
        SMALL,
        arguments(
            "run --input %s --output %s --set image.backbone=%s --set text.backbone=%s --set text.tokenizer=%s"
                + " --set input.key=key --set image.size=8 --set image.preprocessing=unit",
            "pairs.csv", "out", "pictures.onnx", "captions.onnx", "tokenizer.json"));
  }

  private static int square(int number) {
    return number * number;
  }

  private static String[] arguments(String command, String... files) {
    return Commands.words(here, command, (Object[]) files);
  }

  @Test
  void theReportTellsWhatTheFeaturesFindAlone() throws Exception {
    JsonNode report = Commands.report(here.resolve("out"));
    JsonNode alone = report.get("features");
    List<Integer> test = List.copyOf(embeddings("out/embeddings", "x").keySet());

    assertThat(alone.get("widthX").asInt()).isEqualTo(3);
    assertThat(alone.get("widthY").asInt()).isEqualTo(3);
    double expected = recallAt1(test);
    // The rounding of floats may turn one query; standardised features would find hardly any.
    assertThat(expected).isBetween(0.3, 0.8);
    assertThat(alone.at("/retrieval/xToY/recallAt1").asDouble())
        .isCloseTo(expected, within(1.01 / test.size()));
    assertThat(alone.at("/retrieval/pairs").asInt()).isEqualTo(test.size());
    assertThat(Files.readString(here.resolve("out/report.html")))
        .contains("x finds y, features alone")
        .contains("Features alone, without the encoders: the right y is first for");
    assertThat(report.at("/data/backbones/x/sha256").asText()).isEqualTo(sha256("pictures.onnx"));
    assertThat(report.at("/data/backbones/y/sha256").asText()).isEqualTo(sha256("captions.onnx"));
    assertThat(report.at("/data/backbones/y/tokenizerSha256").asText())
        .isEqualTo(sha256("tokenizer.json"));
  }

  /** How often the nearest caption by cosine is that of the picture, among some pairs. */
  private static double recallAt1(List<Integer> pairs) {
    int right = 0;
    for (int x : pairs) {
      right +=
          pairs.stream()
                  .max(Comparator.comparingDouble(y -> cosine(PICTURES[x], CAPTIONS[y])))
                  .orElseThrow()
                  .equals(x)
              ? 1
              : 0;
    }
    return (double) right / pairs.size();
  }

  private static double cosine(float[] a, float[] b) {
    double product = 0;
    double squareA = 0;
    double squareB = 0;
    for (int c = 0; c < a.length; c++) {
      product += (double) a[c] * b[c];
      squareA += (double) a[c] * a[c];
      squareB += (double) b[c] * b[c];
    }
    return product / Math.sqrt(squareA * squareB);
  }

  private static String sha256(String file) throws Exception {
    return DigestUtils.sha256Hex(Files.readAllBytes(here.resolve(file)));
  }

  private static Map<Integer, float[]> embeddings(String directory, String side) {
    return Commands.embeddings(here.resolve(directory), side);
  }

  @Test
  void oneSideIsEmbeddedThroughTheNetworkWhereverItsFileIs() throws Exception {
    Path moved = Files.createDirectories(here.resolve("moved"));
    Files.copy(here.resolve("captions.onnx"), moved.resolve("c.onnx"));
    Files.copy(here.resolve("tokenizer.json"), moved.resolve("t.json"));
    Commands.succeed(
        new String[0],
        arguments(
            "embed --model %s --input %s --side y --output %s --set input.key=key --set input.y=caption"
                + " --set text.backbone=%s --set text.tokenizer=%s",
            "out/model", "captions.csv", "told", "moved/c.onnx", "moved/t.json"));

    Map<Integer, float[]> told = embeddings("told", "y");
    assertThat(told).hasSize(PAIRS);
    embeddings("out/embeddings", "y")
        .forEach(
            (key, embedding) ->
                assertThat(told.get(key)).containsExactly(embedding, within(1e-5f)));

    Commands.refused(
        Commands.fathom(
            arguments(
                "embed --model %s --input %s --side y --output %s --set input.key=key --set input.y=caption"
                    + " --set text.backbone=%s --set text.tokenizer=%s",
                "out/model", "captions.csv", "other", "pictures.onnx", "moved/t.json")),
        ExitCode.DATA,
        "text.backbone");
  }

  @Test
  void aCaptionIsFoundByItsOwnText() throws Exception {
    int key = embeddings("out/embeddings", "y").keySet().iterator().next();
    String caption =
        Files.readAllLines(here.resolve("captions.csv")).get(key + 1).split(",", -1)[1];

    List<String> search =
        new ArrayList<>(
            List.of(
                arguments(
                    "search --model %s --embeddings %s --side y --k 1 --json --query",
                    "out/model", "out/embeddings")));
    search.add(caption);
    Commands.Ended ended = Commands.fathom(search.toArray(String[]::new));

    assertThat(ended.code()).as(ended.err()).isZero();
    JsonNode hit = new ObjectMapper().readTree(ended.out()).at("/hits/0");
    assertThat(hit.get("similarity").asDouble()).isCloseTo(1, within(1e-5));
    assertThat(CAPTIONS[Integer.parseInt(hit.get("key").asText())])
        .containsExactly(CAPTIONS[key], within(1e-6f));
  }

  @Test
  void aTrainingStartsFromAModelOnTheSameNetworks() {
    String warm = " --set model.x.init=%1$s --set model.y.init=%1$s";
    Commands.succeed(
        SMALL,
        arguments("train --data %2$s --output %3$s" + warm, "out/model", "out/data", "warm"));

    Commands.Ended other =
        Commands.fathom(
            arguments(
                "run --input %s --output %s --set image.backbone=%s --set input.key=key --set input.y=caption"
                    + " --set image.size=8 --set image.preprocessing=unit --set image.pooling=none"
                    + " --set model.dimension=6 --set model.x.init=%s",
                "pairs.csv", "flat", "pictures.onnx", "out/model"));
    assertThat(other.code()).isEqualTo(ExitCode.USAGE.code());
    assertThat(other.err())
        .contains("the frozen network of its input")
        .contains("the shape of its input is [3], and [12] is asked for");
  }
}
