// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fathom.cli.Launcher.Ended;
import dev.fathom.cli.Launcher.Running;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ctrl-C, and what a scheduler sends in its place. */
class InterruptionIT {
  private static final String LINE =
      "fathom: interrupted; what is finished stays, and the same command goes on with it";
  private static final int BY_CTRL_C = 130;
  private static final int BY_SIGTERM = 143;

  @TempDir private Path directory;
  private Launcher launcher;

  @BeforeEach
  void launch() {
    // A build in the background may ignore Ctrl-C, and its children with it.
    launcher = new Launcher(directory).within("env", "--default-signal=INT");
  }

  @Test
  void aRunLeavesItsLastRoundAndNoLockAndGoesOn() throws Exception {
    String[] run = command("run", "gaussian-linear", "input.pairs=1000", "training.epochs=2000");
    Running first = start(run);
    first.await(() -> rounds() >= 3);

    assertInterrupted(first.signal("INT").end(), BY_CTRL_C);
    assertThat(held()).containsExactly("out");
    String checkpoint = newest("out/checkpoints");
    Running again = start(run);
    again.awaitSaid(
        "goes on after round " + Integer.parseInt(checkpoint.replaceAll("\\D", "")) + ",");

    assertInterrupted(again.signal("TERM").end(), BY_SIGTERM);
    assertThat(held()).containsExactly("out");
    assertThat(newest("out/checkpoints")).isGreaterThanOrEqualTo(checkpoint);
  }

  @Test
  void pairsThatAreBeingPreparedLeaveNothing() throws Exception {
    Running prepare = start(command("prepare", "gaussian-linear", "input.pairs=100000"));
    prepare.awaitSaid("gather the statistics");

    assertInterrupted(prepare.signal("TERM").end(), BY_SIGTERM);
    assertThat(held()).isEmpty();
  }

  @Test
  void aMeasurementLeavesNothing() throws Exception {
    writePoints(directory.resolve("points.csv"), 30_000);
    Running measure =
        start(
            "measure",
            "--embeddings",
            directory.resolve("points.csv").toString(),
            "--output",
            directory.resolve("out").toString(),
            "--set",
            "measure.maxPoints=30000");
    measure.awaitSaid("measure 30000 of");

    assertInterrupted(measure.signal("INT").end(), BY_CTRL_C);
    assertThat(held()).containsExactly("points.csv");
  }

  @Test
  void whatIsKilledOutrightIsTakenOverAtOnce() throws Exception {
    String[] prepare = command("prepare", "gaussian-linear", "input.pairs=100000");
    Running killed = start(prepare);
    killed.awaitSaid("gather the statistics");
    killed.signal("KILL").end();
    assertThat(held()).containsExactly(".out.lock", "out");

    Ended again = launcher.run(command("prepare", "gaussian-linear", "input.pairs=400"));

    assertThat(again.code()).as(again.err()).isZero();
    assertThat(again.err()).contains("was left locked by a job that is gone");
    assertThat(held()).containsExactly("out");
  }

  private Running start(String... command) throws IOException {
    return launcher.start(Launcher.CHECKOUT, command);
  }

  private String[] command(String command, String input, String... settings) {
    List<String> words =
        new ArrayList<>(
            List.of(command, "--input", input, "--output", directory.resolve("out").toString()));
    Arrays.stream(settings).forEach(setting -> words.addAll(List.of("--set", setting)));
    return words.toArray(String[]::new);
  }

  /**
   * With its progress and one line of ours, and nothing of those that were cut off in their work.
   */
  private static void assertInterrupted(Ended ended, int code) {
    assertThat(ended.code()).as(ended.err()).isEqualTo(code);
    assertThat(ended.err()).doesNotContain("Exception");
    assertThat(ended.err().lines().dropWhile(line -> !line.startsWith("fathom: ")))
        .containsExactly(LINE);
  }

  /** What there is beside what commands said. */
  private List<String> held() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.startsWith("std") && !name.endsWith(".crc"))
          .sorted()
          .toList();
    }
  }

  private long rounds() throws IOException {
    Path metrics = directory.resolve("out/metrics.jsonl");
    return Files.exists(metrics) ? Files.readAllLines(metrics).size() : 0;
  }

  private String newest(String folder) throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve(folder))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".safetensors"))
          .max(String::compareTo)
          .orElseThrow();
    }
  }

  private static void writePoints(Path file, int rows) throws IOException {
    Random random = new Random(7);
    Files.write(
        file,
        Stream.generate(
                () ->
                    random.doubles(12).mapToObj(Double::toString).collect(Collectors.joining(",")))
            .limit(rows)
            .toList());
  }
}
