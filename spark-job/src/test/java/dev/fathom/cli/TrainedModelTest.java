// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fathom.blas.VectorMath;
import dev.fathom.data.NpyMatrix;
import dev.fathom.error.ExitCode;
import dev.fathom.files.Storage;
import dev.fathom.random.RandomStream;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import javax.imageio.ImageIO;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is done with a model after its run: search, matrices, export, training that starts from it.
 */
class TrainedModelTest {
  private static final int PICTURES = 240;
  private static final String[] COLOURS = {"red", "green", "blue", "grey"};
  private static final String[] SMALL = {
    "--set",
    "training.epochs=2",
    "--set",
    "training.batchSize=64",
    "--set",
    "model.dimension=6",
    "--set",
    "model.nested=[2,4]",
    "--set",
    "model.x.hidden=[4,6]",
    "--set",
    "model.y.hidden=[8]"
  };

  @TempDir private static Path here;

  private static String model;
  private static String embeddings;
  private static List<String> keys;
  private static float[] x;
  private static float[] y;

  @BeforeAll
  static void run() throws Exception {
    RandomGenerator random = RandomStream.of(3, "pictures");
    StringBuilder manifest = new StringBuilder("file,caption,kind\n");
    for (int i = 0; i < PICTURES; i++) {
      BufferedImage picture = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
      for (int pixel = 0; pixel < 64; pixel++) {
        picture.setRGB(pixel % 8, pixel / 8, (0x800000 >> (8 * (i % 3))) + random.nextInt(1 << 6));
      }
      ImageIO.write(picture, "png", here.resolve("p" + i + ".png").toFile());
      manifest.append("p%d.png,%s,%d%n".formatted(i, caption(i), i % 3));
    }
    Files.writeString(here.resolve("pairs.csv"), manifest);
    succeed(
        "run",
        "--input",
        here.resolve("pairs.csv").toString(),
        "--output",
        here.resolve("out").toString(),
        "--set",
        "image.size=8",
        "--set",
        "input.label=kind");
    model = here.resolve("out/model").toString();
    embeddings = here.resolve("out/embeddings").toString();
    succeed(
        "embed",
        "--model",
        model,
        "--data",
        here.resolve("out/data").toString(),
        "--output",
        here.resolve("npy").toString(),
        "--format",
        "npy");
    keys = Files.readAllLines(here.resolve("npy/keys.txt"));
    x = matrix("x.npy");
    y = matrix("y.npy");
  }

  private static void succeed(String... command) {
    Commands.succeed(SMALL, command);
  }

  private static float[] matrix(String name) {
    Storage storage = new Storage(new Configuration());
    NpyMatrix matrix =
        NpyMatrix.open(
            storage, new org.apache.hadoop.fs.Path(here.resolve("npy").toString(), name));
    assertThat(matrix.columns()).isEqualTo(6);
    assertThat(matrix.rows()).isEqualTo(keys.size());
    return matrix.read(storage, 0, matrix.rows());
  }

  private static Commands.Ended search(String... more) {
    List<String> all = new ArrayList<>(List.of("search", "--model", model));
    all.addAll(List.of("--embeddings", embeddings));
    all.addAll(Arrays.asList(more));
    return Commands.fathom(all.toArray(String[]::new));
  }

  private static JsonNode found(String... more) throws Exception {
    String[] all = Arrays.copyOf(more, more.length + 1);
    all[more.length] = "--json";
    Commands.Ended ended = search(all);
    assertThat(ended.code()).as(ended.err()).isZero();
    return new ObjectMapper().readTree(ended.out());
  }

  /** What sorting all by their inner product with a row puts first. */
  private static List<String> nearest(float[] queries, int row, float[] searched, int most) {
    return IntStream.range(0, keys.size())
        .boxed()
        .sorted(
            Comparator.comparingDouble(
                (Integer i) -> -VectorMath.dot(queries, row * 6, searched, i * 6, 6)))
        .limit(most)
        .map(keys::get)
        .toList();
  }

  private static List<String> keys(JsonNode found) {
    return StreamSupport.stream(found.get("hits").spliterator(), false)
        .map(hit -> hit.get("key").asText())
        .toList();
  }

  private static String caption(int number) {
    return "a %s thing number %d".formatted(COLOURS[number % 4], number);
  }

  private static int number(int row) {
    return Integer.parseInt(keys.get(row));
  }

  @Test
  void aTextFindsThePicturesThatItsEmbeddingIsNearestTo() throws Exception {
    int row = 3;
    String caption = caption(number(row));

    JsonNode pictures = found("--query", caption, "--k", "5");
    JsonNode itself = found("--query", caption, "--side", "y", "--k", "1").at("/hits/0");

    assertThat(keys(pictures)).isEqualTo(nearest(y, row, x, 5));
    assertThat(pictures.get("searched").asText()).isEqualTo("x");
    assertThat(pictures.get("embeddings").asInt()).isEqualTo(keys.size());
    // Numbers that no caption of the training split has are one word.
    assertThat(itself.get("key").asText()).isEqualTo(nearest(y, row, y, 1).get(0));
    assertThat(itself.get("similarity").asDouble()).isCloseTo(1, within(1e-5));
    int found = Integer.parseInt(itself.get("key").asText());
    assertThat(itself.get("y").asText()).isEqualTo(caption(found));
    assertThat(itself.get("x").asText()).isEqualTo("p%d.png".formatted(found));
    assertThat(itself.get("label").asText()).isEqualTo(String.valueOf(found % 3));
  }

  @Test
  void aPictureFindsCaptionsAndItself() throws Exception {
    int row = 1;
    String file = here.resolve("p%d.png".formatted(number(row))).toString();

    assertThat(keys(found("--image", file, "--k", "4"))).isEqualTo(nearest(x, row, y, 4));
    assertThat(found("--image", file, "--side", "x").at("/hits/0/key").asText())
        .isEqualTo(keys.get(row));
  }

  @Test
  void theTableTellsRankSimilarityKeyAndCaption() {
    Commands.Ended ended = search("--query", "a red thing", "--k", "2");

    assertThat(ended.out().lines()).hasSize(3);
    assertThat(ended.out())
        .containsPattern("(?m)^rank +similarity +key +x \\| y$")
        .containsPattern("(?m)^ +1 +-?\\d\\.\\d{4} +\\d+ +p\\d+\\.png \\| a .* thing number \\d+$");
  }

  @Test
  void whatCannotBeSearchedIsToldInALine() {
    Commands.refused(
        search("--query", "a", "--k", "0"), ExitCode.USAGE, "--k 0 is outside 1 to 10000");
    Commands.refused(search("--query", " "), ExitCode.USAGE, "the caption has no words");
    Commands.refused(search("--image", "none.png"), ExitCode.USAGE, "--image none.png is no file");
    Commands.refused(
        search("--image", here.resolve("pairs.csv").toString()), ExitCode.USAGE, "cannot be read");
    Commands.refused(
        Commands.fathom(
            "search", "--model", model, "--embeddings", here.toString(), "--query", "a"),
        ExitCode.DATA,
        "does not hold complete embeddings");
  }

  @Test
  void embeddingsOfAnotherModelAreRefused() {
    String other = here.resolve("other").toString();
    succeed(
        "train",
        "--data",
        here.resolve("out/data").toString(),
        "--output",
        other,
        "--set",
        "training.seed=8");

    Commands.refused(
        Commands.fathom(
            "search", "--model", other + "/model", "--embeddings", embeddings, "--query", "a"),
        ExitCode.DATA,
        "are of another model than");
  }

  @Test
  void matricesAreMeasuredAsTheyStand() throws Exception {
    Path report = here.resolve("measured");

    succeed(
        "measure",
        "--embeddings",
        here.resolve("npy").toString(),
        "--output",
        report.toString(),
        "--set",
        "input.x=x.npy",
        "--set",
        "input.y=y.npy",
        "--set",
        "input.label=labels.txt");

    // Retrieval differs: matrices do not tell which of their rows are of one content.
    assertThat(Commands.report(report).at("/agreement/alignment").asDouble())
        .isPositive()
        .isCloseTo(
            Commands.report(here.resolve("out")).at("/agreement/alignment").asDouble(),
            within(1e-6));
  }

  @Test
  void everyNestedWidthIsMeasuredAndReported() throws Exception {
    Path out = here.resolve("out");

    JsonNode report = Commands.report(out);

    JsonNode nested = report.get("nestedWidths");
    assertThat(nested.findValuesAsText("width")).containsExactly("2", "4", "6");
    assertThat(nested.at("/2/retrieval")).isEqualTo(report.get("retrieval"));
    assertThat(nested.at("/0/retrieval")).isNotEqualTo(report.get("retrieval"));
    assertThat(nested.at("/0/retrieval/labelMatch/xToY").isNumber()).isTrue();
    assertThat(Files.readString(out.resolve("report.html")))
        .contains("Nested widths: the right y is among the first ten for")
        .contains("% of x with 4 columns");
    assertThat(Files.readString(out.resolve("model/model.json")))
        .contains("\"nested\" : [ 2, 4, 6 ]", "\"model.nested\" : \"[2,4]\"");
  }

  @Test
  void theNestedWidthsOfModelEmbeddingsAndExportAreTold() {
    String tensors = here.resolve("tensors").toString();
    Commands.succeed(
        new String[0], "export", "--model", model, "--format", "safetensors", "--output", tensors);

    for (String directory : List.of(model, embeddings, here.resolve("npy").toString(), tensors)) {
      assertThat(Commands.fathom("describe", directory).out().lines())
          .as(directory)
          .anyMatch(line -> line.matches("nested +2, 4, 6"));
    }
  }

  @Test
  void aTrainingStartsFromTheModelThatTheKeysName() throws Exception {
    String data = here.resolve("out/data").toString();
    Path warm = here.resolve("warm");
    Path cold = here.resolve("cold");
    String[] oneEpoch = {"--set", "training.epochs=1"};

    succeed(
        with(
            oneEpoch,
            "train",
            "--data",
            data,
            "--output",
            warm.toString(),
            "--set",
            "model.x.init=" + model,
            "--set",
            "model.y.init=" + model));
    succeed(with(oneEpoch, "train", "--data", data, "--output", cold.toString()));

    assertThat(Files.readString(warm.resolve("model/model.json")))
        .contains("\"model.x.init\" : \"" + model);
    assertThat(Files.readString(cold.resolve("model/model.json"))).doesNotContain("model.x.init");
    assertThat(Commands.report(warm).at("/loss/train").asDouble())
        .isNotEqualTo(Commands.report(cold).at("/loss/train").asDouble());
  }

  @Test
  void aModelThatDoesNotFitIsRefusedBeforeAnythingIsTrained() {
    Path output = here.resolve("unfit");

    Commands.refused(
        Commands.fathom(
            with(
                SMALL,
                "train",
                "--data",
                here.resolve("out/data").toString(),
                "--output",
                output.toString(),
                "--set",
                "model.x.init=" + model,
                "--set",
                "model.x.encoder=residual")),
        ExitCode.USAGE,
        "model.x.init = " + model + " does not fit: its encoder is convolution, and residual");
    assertThat(output).doesNotExist();
  }

  @Test
  void exportTellsWhatItWroteAndRefusesWhatItDoesNotKnow() {
    String onnx = here.resolve("onnx").toString();

    Commands.Ended ended =
        Commands.fathom("export", "--model", model, "--format", "onnx", "--output", onnx);

    assertThat(ended.code()).as(ended.err()).isZero();
    assertThat(ended.out().lines())
        .containsExactly(
            onnx + "/x.onnx", onnx + "/y.onnx", onnx + "/y-vocabulary.txt", onnx + "/export.json");
    Commands.refused(
        Commands.fathom("export", "--model", model, "--format", "tflite", "--output", onnx),
        ExitCode.USAGE,
        "--format",
        "tflite");
  }

  private static String[] with(String[] last, String... first) {
    String[] all = Arrays.copyOf(first, first.length + last.length);
    System.arraycopy(last, 0, all, first.length, last.length);
    return all;
  }
}
