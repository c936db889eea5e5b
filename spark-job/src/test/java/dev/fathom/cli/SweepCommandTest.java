// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import static dev.fathom.cli.Commands.fathom;
import static dev.fathom.cli.Commands.refused;
import static dev.fathom.cli.Commands.report;
import static dev.fathom.cli.Commands.succeed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fathom.cli.Commands.Ended;
import dev.fathom.error.ExitCode;
import dev.fathom.testing.GraphFixtures;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;

class SweepCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String[] SETTINGS = {
    "--set",
    "training.epochs=4",
    "--set",
    "training.batchSize=64",
    "--set",
    "training.workers=2",
    "--set",
    "sweep.dimensions=[3,6]",
    "--set",
    "sweep.repeats=2"
  };

  @TempDir private static Path shared;
  private static Path data;

  /** A sweep that tests read, and take copies of to change them. */
  private static Path done;

  @TempDir private Path directory;

  @BeforeAll
  static void prepare() {
    data = shared.resolve("data");
    succeed(
        new String[] {"--set", "input.pairs=1600"},
        "prepare",
        "--input",
        "gaussian-linear",
        "--output",
        data.toString());
    done = shared.resolve("done");
    sweep(done);
  }

  private Path copy() throws IOException {
    Path copy = directory.resolve("copy");
    FileUtils.copyDirectory(done.toFile(), copy.toFile());
    return copy;
  }

  @Test
  void anotherSplitThanTheOneThatIsMeasuredIsRefused() {
    Path output = directory.resolve("out");

    refused(
        fathom(
            "sweep",
            "--data",
            data.toString(),
            "--output",
            output.toString(),
            "--set",
            "embed.split=val"),
        ExitCode.USAGE,
        "embed.split");
    assertThat(output).doesNotExist();
  }

  @Test
  void aCellIsTheRunOfTheSameSettingsOnACluster() throws Exception {
    Path run = directory.resolve("run");

    succeed(
        new String[] {
          "--set",
          "training.epochs=4",
          "--set",
          "training.batchSize=64",
          "--set",
          "training.workers=2",
          "--set",
          "model.dimension=6",
          "--set",
          "training.seed=43"
        },
        "run",
        "--data",
        data.toString(),
        "--output",
        run.toString());

    JsonNode cell =
        cells(done).stream()
            .filter(one -> one.at("/cell/settings/model.dimension").asText().equals("6"))
            .filter(one -> one.at("/cell/seed").asLong() == 43)
            .findFirst()
            .orElseThrow();
    JsonNode report = report(run);
    for (String path : List.of("temperature.final", "loss.train", "loss.validation")) {
      assertThat(cell.at("/figures").get(path).asDouble())
          .as(path)
          .isEqualTo(report.at("/" + path.replace('.', '/')).asDouble());
    }
    // The parameters are the same bits; a matrix product of other rows sums in another order.
    for (String path :
        List.of(
            "intrinsicDimension.x.mle.estimate",
            "intrinsicDimension.y.twoNN.estimate",
            "intrinsicDimension.shared.estimate",
            "retrieval.xToY.recallAt1",
            "retrieval.topShare")) {
      assertThat(cell.at("/figures").get(path).asDouble())
          .as(path)
          .isCloseTo(report.at("/" + path.replace('.', '/')).asDouble(), within(1e-4));
    }
  }

  @Test
  void onlyTheCellsThatAreMissingAreDoneAndTheTableIsThatOfAnUndisturbedSweep() throws Exception {
    Path cut = copy();
    List<Path> files = files(cut);
    Files.delete(files.get(1));
    Files.delete(files.get(2));
    Files.delete(cut.resolve("_SUCCESS"));
    Map<Path, Object> before = modified(List.of(files.get(0), files.get(3)));

    sweep(cut);

    assertThat(modified(List.of(files.get(0), files.get(3)))).isEqualTo(before);
    assertThat(table(cut)).isEqualTo(table(done)).hasSize(5);
    assertThat(cut.resolve("_SUCCESS")).exists();
  }

  @Test
  void aLargerGridKeepsTheCellsThatAreThere() throws Exception {
    Path output = copy();
    Map<Path, Object> before = modified(files(output));

    sweep(output, "--set", "sweep.repeats=3");

    assertThat(files(output)).hasSize(6).containsAll(before.keySet());
    assertThat(modified(before.keySet())).isEqualTo(before);
    assertThat(report(output).at("/sweep/points/1/repeats").asInt()).isEqualTo(3);
    assertThat(report(output).at("/sweep/recommendation/dimension").asInt()).isIn(3, 6);
  }

  @Test
  void aCellThatFailsIsRecordedAndTheOthersGoOn() throws Exception {
    Path output = directory.resolve("out");

    sweep(
        output,
        "--set",
        "training.optimizer=sgd",
        "--set",
        "model.similarity=population-norm",
        "--set",
        "training.weightDecay=100",
        "--set",
        "sweep.grid.training.learningRate=[0.001,100]");

    JsonNode report = report(output);
    assertThat(report.at("/sweep/cells").asInt()).isEqualTo(8);
    assertThat(report.at("/sweep/failed").asInt()).isEqualTo(4);
    assertThat(cells(output))
        .allSatisfy(
            cell ->
                assertThat(cell.get("failure").asText())
                    .contains(
                        cell.at("/cell/settings/training.learningRate").asText().equals("100")
                            ? "diverged"
                            : "null"));
    assertThat(Files.readString(output.resolve("report.html"))).contains("Cells that failed");
  }

  @Test
  void anotherSweepIsRefusedByWhatDiffersAndTheOneThatIsThereStaysComplete() throws Exception {
    Path output = copy();

    refused(
        fathom(
            "sweep",
            "--data",
            data.toString(),
            "--output",
            output.toString(),
            "--set",
            "training.epochs=5"),
        ExitCode.USAGE,
        "another sweep",
        "training.epochs was 4, is 5");
    refused(
        fathom(
            Stream.of(
                    new String[] {
                      "sweep", "--input", "gaussian-nonlinear", "--output", output.toString()
                    },
                    SETTINGS)
                .flatMap(Stream::of)
                .toArray(String[]::new)),
        ExitCode.USAGE,
        "another sweep",
        "--input was gaussian-linear, is gaussian-nonlinear");
    assertThat(output.resolve("_SUCCESS")).exists();
  }

  @Test
  void aSweepOfWhichEveryCellFailsEndsAsACellWould() {
    Path output = directory.resolve("out");

    Ended ended =
        fathom(
            "sweep",
            "--data",
            data.toString(),
            "--output",
            output.toString(),
            "--set",
            "training.optimizer=sgd",
            "--set",
            "model.similarity=population-norm",
            "--set",
            "training.weightDecay=100",
            "--set",
            "training.learningRate=100",
            "--set",
            "sweep.repeats=1");

    refused(ended, ExitCode.DIVERGED, "every cell failed", "diverged in round");
    assertThat(output.resolve("_SUCCESS")).doesNotExist();
    assertThat(output.resolve("cells.csv")).exists();
  }

  @Test
  void aSavedGraphIsSwept() throws Exception {
    Path graph = directory.resolve("net.json");
    Files.writeString(
        graph, GraphFixtures.chain(20, GraphFixtures.dense(4, Activation.IDENTITY)).toJson());
    Path output = directory.resolve("out");

    succeed(
        new String[] {
          "--set",
          "training.epochs=1",
          "--set",
          "model.dimension=4",
          "--set",
          "model.x.encoder=graph:" + graph,
          "--set",
          "sweep.repeats=1"
        },
        "sweep",
        "--data",
        data.toString(),
        "--output",
        output.toString());

    assertThat(report(output).at("/sweep/failed").asInt()).isZero();
  }

  @Test
  void whatASweepCannotVaryIsRefusedBeforeAnyWork() {
    Map<String, String> refusals =
        Map.of(
            "sweep.grid.input.pairs=[100,200]", "sweep.grid.input.pairs: a sweep varies",
            "sweep.grid.training.seed=[1,2]", "sweep.grid.training.seed: a sweep varies",
            "sweep.grid.measure.maxPoints=[9,10]", "sweep.grid.measure.maxPoints: a sweep varies",
            "sweep.grid.model.dimension=[1,2]", "name the widths in sweep.dimensions",
            "sweep.grid.training.epoch=[1,2]", "did you mean training.epochs",
            "sweep.grid.training.epochs=3", "is not a list of values",
            "sweep.grid.training.epochs=[1,none]", "training.epochs = \"none\"",
            "sweep.grid=[1,2]", "sweep.grid",
            "sweep.dimensions=[0]", "is outside 1 to",
            "sweep.dimensions=[8,8]", "twice");
    Path none = directory.resolve("none");

    refusals.forEach(
        (assignment, told) ->
            refused(
                fathom(
                    "sweep",
                    "--input",
                    "gaussian-linear",
                    "--output",
                    none.toString(),
                    "--set",
                    assignment),
                ExitCode.USAGE,
                told));

    assertThat(none).doesNotExist();
  }

  @Test
  void thePageShowsTheFiguresThatLieBesideIt() throws Exception {
    String page = Files.readString(done.resolve("report.html"));
    for (String figure :
        List.of(
            "dimension-against-width",
            "accuracy-against-width",
            "temperature-against-epochs",
            "dimension-against-epochs",
            "similarities-1",
            "similarities-2")) {
      assertThat(Files.readAllLines(done.resolve("figures/" + figure + ".csv")))
          .as(figure)
          .hasSizeGreaterThan(2);
      String drawing = Files.readString(done.resolve("figures/" + figure + ".svg"));
      assertThat(drawing).contains("<svg", "</svg");
    }
    assertThat(page.split("class=\"canvas", -1)).hasSize(1 + 6);
    assertThat(Files.readString(done.resolve("figures/dimension-against-width.csv")))
        .contains("Levina–Bickel x,3.0,", "Levina–Bickel x,6.0,");
  }

  private static void sweep(Path output, String... more) {
    succeed(
        Stream.of(SETTINGS, more).flatMap(Stream::of).toArray(String[]::new),
        "sweep",
        "--data",
        data.toString(),
        "--output",
        output.toString());
  }

  private static List<Path> files(Path output) throws IOException {
    try (Stream<Path> files = Files.list(output.resolve("cells"))) {
      return files.filter(file -> file.toString().endsWith(".json")).sorted().toList();
    }
  }

  private static Map<Path, Object> modified(Iterable<Path> files) throws IOException {
    Map<Path, Object> modified = new HashMap<>();
    for (Path file : files) {
      modified.put(file, Files.getLastModifiedTime(file));
    }
    return modified;
  }

  private static List<JsonNode> cells(Path output) throws IOException {
    try (Stream<String> lines = Files.lines(output.resolve("cells.jsonl"))) {
      return lines.map(SweepCommandTest::parse).toList();
    }
  }

  private static JsonNode parse(String line) {
    try {
      return JSON.readTree(line);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The table without what the clock has written. */
  static List<List<String>> table(Path output) throws IOException {
    List<String> lines = Files.readAllLines(output.resolve("cells.csv"));
    List<String> header = List.of(lines.get(0).split(",", -1));
    Function<String, List<String>> timeless =
        line -> {
          String[] fields = line.split(",", -1);
          return Stream.iterate(0, i -> i < fields.length, i -> i + 1)
              .filter(i -> !header.get(i).matches("seconds|throughput.*"))
              .map(i -> fields[i])
              .toList();
        };
    return lines.stream().map(timeless).collect(Collectors.toList());
  }
}
