// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import static dev.fathom.cli.Commands.fathom;
import static dev.fathom.cli.Commands.refused;
import static dev.fathom.cli.Commands.report;
import static dev.fathom.cli.Commands.succeed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fathom.cli.Commands.Ended;
import dev.fathom.error.ExitCode;
import dev.fathom.testing.GraphFixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;

/** The command line from end to end, in this process and on a local Spark. */
class FathomTest {
  private static final Path OPENMOJI = Path.of("../../shared/data/openmoji/captions.tsv");
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path directory;

  @Test
  void aRunOnScenesLeavesEveryArtefactAndFindsTheSharedSignal() throws Exception {
    Path output = directory.resolve("out");

    Ended ended =
        fathom(
            "run",
            "--input",
            "scenes",
            "--output",
            output.toString(),
            "--set",
            "input.pairs=3000",
            "--set",
            "image.size=16",
            "--set",
            "training.epochs=15",
            "--set",
            "training.batchSize=64",
            "--set",
            "training.workers=2",
            "--set",
            "training.checkpointEvery=20");

    assertThat(ended.err()).isEmpty();
    assertThat(ended.code()).isZero();
    assertThat(ended.out())
        .contains(
            "Retrieval:",
            "Temperature:",
            "Shared dimension:",
            "The true number is 3",
            "report.html");
    for (String file :
        List.of(
            "data/dataset.json",
            "data/split=train",
            "model/x-encoder.zip",
            "model/y-encoder.zip",
            "model/model.json",
            "embeddings/_SUCCESS",
            "checkpoints",
            "report.json",
            "report.html",
            "metrics.jsonl",
            "_SUCCESS")) {
      assertThat(output.resolve(file)).exists();
    }
    JsonNode report = report(output);
    for (String path :
        List.of(
            "temperature/initial",
            "temperature/final",
            "loss/train",
            "loss/validation",
            "retrieval/xToY/recallAt1",
            "retrieval/xToY/recallAt5",
            "retrieval/yToX/recallAt10",
            "intrinsicDimension/x/mle/estimate",
            "intrinsicDimension/x/mle/low",
            "intrinsicDimension/x/twoNN/high",
            "intrinsicDimension/y/mle/estimate",
            "intrinsicDimension/shared/estimate",
            "intrinsicDimension/shared/low",
            "intrinsicDimension/known",
            "throughput/trainPairsPerSecond",
            "timings/prepare",
            "timings/train",
            "timings/embed",
            "timings/measure",
            "timings/neighbours",
            "seed",
            "pairs/train",
            "pairs/validation",
            "pairs/test")) {
      assertThat(report.at("/" + path).isNumber()).as(path).isTrue();
    }
    assertThat(report.at("/intrinsicDimension/shared/tower").asText()).isIn("x", "y");
    assertThat(report.at("/retrieval/chance/aboveChance").asBoolean()).isTrue();
    assertThat(report.at("/retrieval/xToY/recallAt10").asDouble()).isGreaterThan(0.2);
    assertThat(Files.readAllLines(output.resolve("metrics.jsonl")))
        .allSatisfy(line -> assertThat(JSON.readTree(line).get("loss").isNumber()).isTrue());
    assertThat(Files.readString(output.resolve("report.html")))
        .contains("Shared dimension")
        .endsWith("</html>\n");
  }

  @Test
  void theStagesOneByOneOnOtherCoresGiveWhatARunGives() throws Exception {
    String[] settings = {
      "--set", "input.pairs=2000",
      "--set", "model.dimension=6",
      "--set", "training.epochs=6",
      "--set", "embed.split=all"
    };
    Path whole = directory.resolve("whole");
    Path data = directory.resolve("data");
    Path trained = directory.resolve("trained");
    Path embedded = directory.resolve("embedded");
    Path measured = directory.resolve("measured");
    Path lone = directory.resolve("lone");

    succeed(settings, "run", "--input", "gaussian-linear", "--output", whole.toString());
    succeed(settings, "prepare", "--input", "gaussian-linear", "--output", data.toString());
    succeed(settings, "train", "--data", data.toString(), "--output", trained.toString());
    succeed(
        settings,
        "train",
        "--data",
        data.toString(),
        "--output",
        lone.toString(),
        "--set",
        "training.workers=1");
    succeed(
        settings,
        "embed",
        "--model",
        trained.resolve("model").toString(),
        "--data",
        data.toString(),
        "--output",
        embedded.toString(),
        "--master",
        "local[1]");
    succeed(
        settings,
        "measure",
        "--embeddings",
        embedded.toString(),
        "--output",
        measured.toString(),
        "--master",
        "local[3]");

    assertThat(report(measured).at("/retrieval")).isEqualTo(report(whole).at("/retrieval"));
    assertThat(report(measured).at("/intrinsicDimension"))
        .isEqualTo(report(whole).at("/intrinsicDimension"));
    for (String part : List.of("/loss", "/temperature", "/training")) {
      assertThat(report(trained).at(part)).isEqualTo(report(whole).at(part));
      assertThat(report(lone).at(part)).isEqualTo(report(whole).at(part));
    }
    assertThat(report(trained).at("/throughput/workers").asInt()).isEqualTo(2);
    assertThat(report(lone).at("/throughput/workers").asInt()).isEqualTo(1);
    assertThat(checkpoint(lone)).hasSameBinaryContentAs(checkpoint(trained));
  }

  /** The newest. */
  private static Path checkpoint(Path output) throws IOException {
    try (Stream<Path> files = Files.list(output.resolve("checkpoints"))) {
      return files
          .filter(file -> file.toString().endsWith(".safetensors"))
          .max(Comparator.naturalOrder())
          .orElseThrow();
    }
  }

  @Test
  void gaussianPairsShareFiveDimensionsWhateverTheWidth() throws Exception {
    Path output = directory.resolve("gaussian");

    succeed(
        new String[] {
          "--set",
          "model.dimension=10",
          "--set",
          "training.workers=4",
          "--set",
          "training.epochs=60"
        },
        "run",
        "--input",
        "gaussian-linear",
        "--output",
        output.toString());

    JsonNode report = report(output);
    for (String side : List.of("x", "y")) {
      assertThat(report.at("/intrinsicDimension/" + side + "/twoNN/estimate").asDouble())
          .isBetween(4.4, 6.0);
      assertThat(report.at("/intrinsicDimension/" + side + "/mle/estimate").asDouble())
          .isBetween(4.4, 6.0);
    }
    assertThat(report.at("/intrinsicDimension/known").asInt()).isEqualTo(5);
    assertThat(report.at("/retrieval/xToY/recallAt1").asDouble()).isGreaterThan(0.9);
  }

  @Test
  void realPairsMatchAboveChanceAndShuffledOnesAtChance() throws Exception {
    assumeThat(OPENMOJI).as("the OpenMoji pairs are not beside this checkout").exists();
    String[] settings = {
      "--set",
      "input.x=file",
      "--set",
      "input.y=caption",
      "--set",
      "input.label=group",
      "--set",
      "split.groupBy=skintone_base_hexcode",
      "--set",
      "image.size=24",
      "--set",
      "training.epochs=12",
      "--set",
      "training.workers=2",
      "--set",
      "training.batchSize=128"
    };
    Path paired = directory.resolve("paired");
    Path shuffled = directory.resolve("shuffled");

    succeed(settings, "run", "--input", OPENMOJI.toString(), "--output", paired.toString());
    succeed(
        settings,
        "run",
        "--input",
        OPENMOJI.toString(),
        "--output",
        shuffled.toString(),
        "--set",
        "input.shufflePairs=true");

    JsonNode found = report(paired);
    double chance = 10.0 / found.at("/retrieval/pairs").asDouble();
    assertThat(found.at("/data/read").asInt()).isEqualTo(4147);
    assertThat(found.at("/retrieval/xToY/recallAt10").asDouble()).isGreaterThan(3 * chance);
    assertThat(found.at("/retrieval/chance/aboveChance").asBoolean()).isTrue();
    JsonNode control = report(shuffled);
    assertThat(control.at("/retrieval/xToY/recallAt10").asDouble()).isLessThan(2.5 * chance);
    assertThat(control.at("/retrieval/chance/aboveChance").asBoolean()).isFalse();
    assertThat(control.at("/intrinsicDimension/shared").isMissingNode()).isTrue();
    assertThat(control.at("/data/shuffledPairs").asBoolean()).isTrue();
    assertThat(Files.readString(shuffled.resolve("report.html")))
        .contains("no shared signal was found");
  }

  @Test
  void aMissingInputIsOneLineAndLeavesNothing() {
    Path output = directory.resolve("out");

    Ended ended =
        fathom(
            "run",
            "--input",
            directory.resolve("absent.csv").toString(),
            "--output",
            output.toString());

    refused(ended, ExitCode.DATA, "absent.csv", "does not exist");
    assertThat(output.resolve("_SUCCESS")).doesNotExist();
  }

  @Test
  void aColumnThatIsNotThereIsNamedWithTheOnesThatAre() throws Exception {
    Path manifest =
        Files.writeString(directory.resolve("pairs.csv"), "file,caption\na.png,hello\n");

    Ended ended =
        fathom(
            "prepare",
            "--input",
            manifest.toString(),
            "--set",
            "input.x=picture",
            "--output",
            directory.resolve("out").toString());

    refused(ended, ExitCode.USAGE, "picture", "file, caption");
  }

  @Test
  void anUnknownKeyNamesTheNearest() {
    Ended ended =
        fathom(
            "run",
            "--input",
            "scenes",
            "--output",
            directory.resolve("out").toString(),
            "--set",
            "training.epoch=3");

    refused(ended, ExitCode.USAGE, "training.epoch", "did you mean training.epochs?");
  }

  @Test
  void anOutputThatExistsIsKeptUnlessItMayBeOverwritten() throws Exception {
    Path output = Files.createDirectory(directory.resolve("out"));
    Path precious = Files.writeString(output.resolve("precious.txt"), "mine");

    Ended ended = fathom("run", "--input", "gaussian-linear", "--output", output.toString());

    refused(ended, ExitCode.USAGE, "exists already", "output.overwrite=true");
    assertThat(precious).hasContent("mine");
  }

  @Test
  void anOutputThatHoldsTheInputIsKeptEvenWhereItMayBeOverwritten() throws Exception {
    Path data = Files.createDirectories(directory.resolve("out/data"));
    Path precious = Files.writeString(data.resolve("left.csv"), "1,2\n");

    Ended ended =
        fathom(
            "run",
            "--input",
            data.toString(),
            "--output",
            directory.resolve("out").toString(),
            "--set",
            "output.overwrite=true");

    refused(ended, ExitCode.USAGE, "holds the input");
    assertThat(precious).hasContent("1,2");
  }

  @Test
  void aSavedGraphTrainsAsAnEncoderAndIsNeededNoMoreAfterwards() throws Exception {
    Path graph = directory.resolve("graph.json");
    Path output = directory.resolve("graph");
    Files.writeString(
        graph,
        GraphFixtures.chain(
                20,
                GraphFixtures.dense(32, Activation.TANH),
                GraphFixtures.dense(8, Activation.IDENTITY))
            .toJson());
    String[] settings = {
      "--set", "input.pairs=2000",
      "--set", "model.dimension=8",
      "--set", "model.x.encoder=graph:" + graph,
      "--set", "training.epochs=12",
      "--set", "training.batchSize=100",
      "--set", "training.workers=2",
      "--set", "temperature.initial=0.2",
      "--set", "embed.split=test"
    };

    succeed(settings, "run", "--input", "gaussian-linear", "--output", output.toString());
    Files.delete(graph);
    succeed(
        new String[0],
        "embed",
        "--model",
        output.resolve("model").toString(),
        "--data",
        output.resolve("data").toString(),
        "--output",
        directory.resolve("again").toString());

    List<String> rounds = Files.readAllLines(output.resolve("metrics.jsonl"));
    double first = JSON.readTree(rounds.get(0)).get("loss").asDouble();
    double last = JSON.readTree(rounds.get(rounds.size() - 1)).get("loss").asDouble();
    assertThat(last).isLessThan(0.75 * first);
    assertThat(report(output).at("/retrieval/xToY/recallAt10").asDouble()).isGreaterThan(0.2);
    assertThat(directory.resolve("again/_SUCCESS")).exists();
  }

  @Test
  void aGraphThatDoesNotFitIsRefusedBeforeTraining() throws Exception {
    Path graph = directory.resolve("graph.json");
    Path output = directory.resolve("graph");
    Files.writeString(graph, GraphFixtures.branches(20, 8).toJson());

    Ended ended =
        fathom(
            "run",
            "--input",
            "gaussian-linear",
            "--output",
            output.toString(),
            "--set",
            "input.pairs=200",
            "--set",
            "model.dimension=9",
            "--set",
            "model.x.encoder=graph:" + graph);

    refused(ended, ExitCode.USAGE, "model.dimension asks for [2, 9]");
    assertThat(output.resolve("metrics.jsonl")).doesNotExist();
  }

  @Test
  void aRunGoesWithoutValidationPairs() throws Exception {
    Path output = directory.resolve("out");

    succeed(
        new String[] {
          "--set",
          "input.pairs=600",
          "--set",
          "training.epochs=2",
          "--set",
          "split.train=0.8",
          "--set",
          "split.validation=0",
          "--set",
          "split.test=0.2",
          "--set",
          "temperature.floor=0.05"
        },
        "run",
        "--input",
        "gaussian-linear",
        "--output",
        output.toString());

    assertThat(report(output).at("/loss/validation").isNull()).isTrue();
    assertThat(report(output).at("/pairs/validation").asInt()).isZero();
  }

  @Test
  void theDemoReplacesNoDirectoryThatTheUserNames() throws Exception {
    Path precious = Files.writeString(directory.resolve("precious.txt"), "mine");

    Ended ended = fathom("demo", "--output", directory.toString());

    refused(ended, ExitCode.USAGE, "exists already");
    assertThat(precious).hasContent("mine");
  }

  @Test
  void matricesOfDifferentLengthsAreRefused() throws Exception {
    Files.writeString(directory.resolve("left.csv"), "1,2\n3,4\n5,6\n");
    Files.writeString(directory.resolve("right.csv"), "1\n2\n");

    Ended ended =
        fathom(
            "run",
            "--input",
            directory.toString(),
            "--set",
            "input.x=left.csv",
            "--set",
            "input.y=right.csv",
            "--output",
            directory.resolve("out").toString());

    refused(ended, ExitCode.DATA, "3", "2");
    assertThat(directory.resolve("out/_SUCCESS")).doesNotExist();
    assertThat(directory.resolve("out/data/_SUCCESS")).doesNotExist();
  }

  @Test
  void anEmptyDatasetIsRefused() throws Exception {
    Path manifest = Files.writeString(directory.resolve("pairs.csv"), "file,caption\n");

    Ended ended =
        fathom(
            "prepare",
            "--input",
            manifest.toString(),
            "--output",
            directory.resolve("out").toString());

    refused(ended, ExitCode.DATA, "no rows");
    assertThat(directory.resolve("out/_SUCCESS")).doesNotExist();
  }

  @Test
  void aTrainingThatDivergesEndsWithItsOwnCodeAndNoModel() {
    Path output = directory.resolve("out");

    Ended ended =
        fathom(
            "run",
            "--input",
            "gaussian-linear",
            "--output",
            output.toString(),
            "--set",
            "input.pairs=1000",
            "--set",
            "training.optimizer=sgd",
            "--set",
            "training.learningRate=100",
            "--set",
            "model.similarity=population-norm",
            "--set",
            "training.weightDecay=100");

    refused(ended, ExitCode.DIVERGED, "diverged in round", "training.learningRate");
    assertThat(output.resolve("model")).doesNotExist();
    assertThat(output.resolve("_SUCCESS")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "run",
        "run --input scenes",
        "nonsense",
        "train --data",
        "run --input scenes --data d --output o",
        "run --input scenes --output o --set novalue",
        "run --input scenes --output o --set training.epochs=many",
        "run --input scenes --output o --set training.epochs=0",
        "run --input scenes --output o --set model.similarity=dot",
        "run --input scenes --output o --config no-such-file.conf"
      })
  void aWrongCommandLineIsOneLineAndCodeTwo(String line) {
    Ended ended = fathom(line.split(" "));

    refused(ended, ExitCode.USAGE, "fathom: ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"demo", "prepare", "train", "embed", "measure", "run", "sweep"})
  void everyCommandHelps(String command) {
    Ended ended = fathom(command, "--help");

    assertThat(ended.code()).isZero();
    assertThat(ended.out())
        .contains("Usage: fathom " + command, "--set", "--config", "--master", "Example");
  }
}
