// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fathom.testing.GraphFixtures;
import dev.fathom.testing.LocalSpark;
import dev.fathom.testing.LoginFileSystem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;

/** A credential that a command is given reaches what it is for, and is shown nowhere. */
class CredentialsTest {
  private static final String FILE_SYSTEM = "spark.hadoop.fs.vault.impl";
  private static final String SECRET = "HIDDEN";

  @TempDir private static Path directory;

  @BeforeAll
  static void pairsBehindALogin() throws IOException {
    LocalSpark.session().stop();
    System.setProperty(FILE_SYSTEM, LoginFileSystem.class.getName());
    Files.createDirectories(directory.resolve("pairs"));
    for (String side : List.of("left", "right")) {
      Random random = new Random(side.length());
      StringBuilder rows = new StringBuilder("a,b,c\n");
      for (int row = 0; row < 600; row++) {
        rows.append(random.nextGaussian())
            .append(",1.5,")
            .append(random.nextGaussian())
            .append('\n');
      }
      Files.writeString(directory.resolve("pairs").resolve(side + ".csv"), rows);
    }
    Files.writeString(
        directory.resolve("graph.json"),
        GraphFixtures.chain(
                3,
                GraphFixtures.dense(8, Activation.TANH),
                GraphFixtures.dense(6, Activation.IDENTITY))
            .toJson());
  }

  @AfterAll
  static void end() {
    System.clearProperty(FILE_SYSTEM);
  }

  @Test
  void aRunLeavesItInNoFileAndPrintsItNowhere() throws IOException {
    String[] settings = settings("--set", "model.x.encoder=graph:" + behindLogin("graph.json"));
    String[] run = {"run", "--input", behindLogin("pairs"), "--output", behindLogin("out")};

    Commands.Ended first = silent(settings, run);
    Commands.Ended second = silent(settings, run);
    Commands.Ended described = Commands.fathom("describe", directory.resolve("out").toString());

    assertThat(first.out()).contains("Report: vault://***@store/");
    assertThat(second.out()).contains("vault://***@store/").contains("is done already");
    assertThat(described.out()).contains("vault://***@store/");
    assertThat(Files.readString(directory.resolve("out/report.html")))
        .contains("vault://***@store/");
    requireNowhereIn(directory.resolve("out"));
  }

  @Test
  void aSweepLeavesItInNoFileEither() throws IOException {
    silent(
        settings(
            "--set",
            "sweep.repeats=1",
            "--set",
            "sweep.grid.model.x.encoder=[dense, \"graph:" + behindLogin("graph.json") + "\"]"),
        "sweep",
        "--input",
        behindLogin("pairs"),
        "--output",
        behindLogin("sweep"));

    assertThat(Files.readString(directory.resolve("sweep/cells.csv")))
        .contains("graph:vault://***@store/");
    requireNowhereIn(directory.resolve("sweep"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "prepare --input s3a://AKIAKEY:HIDDEN@bucket/x --output out",
        "prepare --input s3a://AKIAKEY:HIDDEN@bucket/x --output out --verbose",
        "prepare --input vault://me:HIDDEN@store/none.csv --output out",
        "train --data vault://me:HIDDEN@store/none --output out",
        "prepare --input scenes --output out --set image.size=https://host/x?sig=HIDDEN",
        "prepare --input scenes --output out --set image.sise=https://host/x?sig=HIDDEN",
        "prepare --input scenes password=HIDDEN",
      })
  void anErrorDoesNotTellIt(String command) {
    Commands.Ended ended = Commands.fathom(command.split(" ", -1));

    assertThat(ended.code()).isNotZero();
    assertThat(ended.err()).startsWith(command.endsWith("verbose") ? "" : "fathom: ");
    assertThat(ended.out() + ended.err()).doesNotContain(SECRET);
    assertThat(ended.err().lines().filter(line -> line.startsWith("fathom: "))).hasSize(1);
  }

  @Test
  void theConfigurationThatIsPrintedMasksIt() {
    Commands.Ended ended = Commands.fathom("config", "--set", "input.images=ftp://me:HIDDEN@host/");

    assertThat(ended.out()).contains("input.images = \"ftp://***@host/\"").doesNotContain(SECRET);
  }

  private static String behindLogin(String name) {
    return "vault://me:" + SECRET + "@store" + directory.resolve(name);
  }

  private static String[] settings(String... more) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "--set", "input.x=left.csv",
                "--set", "input.y=right.csv",
                "--set", "model.dimension=6",
                "--set", "training.epochs=2",
                "--set", "training.batchSize=64"));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  private static Commands.Ended silent(String[] settings, String... command) {
    Commands.Ended ended =
        Commands.fathom(
            Stream.concat(Stream.of(command), Stream.of(settings)).toArray(String[]::new));
    assertThat(ended.code()).as(ended.err()).isZero();
    assertThat(ended.out() + ended.err()).doesNotContain(SECRET);
    return ended;
  }

  private static void requireNowhereIn(Path output) throws IOException {
    try (Stream<Path> all = Files.walk(output)) {
      List<Path> files = all.filter(Files::isRegularFile).toList();
      assertThat(files).hasSizeGreaterThan(10);
      for (Path file : files) {
        assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
            .as(file.toString())
            .doesNotContain(SECRET);
      }
    }
  }
}
