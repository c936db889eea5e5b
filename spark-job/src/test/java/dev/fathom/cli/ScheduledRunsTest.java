// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fathom.error.ExitCode;
import dev.fathom.testing.ObjectStoreFileSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that a scheduler starts: dated, twice, at once, and held to the last one. */
class ScheduledRunsTest {
  private static final List<String> SMALL =
      List.of(
          "--set", "input.pairs=1200", "--set", "training.epochs=2", "--set", "model.dimension=6");

  @TempDir Path directory;

  @Test
  void theSameRunASecondTimeDoesNothingAndAnotherIsRefused() throws IOException {
    Commands.Ended first = run("dt=2026-11-23");
    Map<String, FileTime> made = files();

    Commands.Ended second = run("dt=2026-11-23");
    Commands.Ended other = run("dt=2026-11-23", "--set", "training.epochs=3");
    Commands.Ended next = run("dt=2026-11-24");

    assertThat(first.code()).as(first.err()).isZero();
    assertThat(directory.resolve("out/dt=2026-11-23/report.json")).exists();
    assertThat(second.code()).as(second.err()).isZero();
    assertThat(second.out()).contains("is done already");
    Commands.refused(other, ExitCode.USAGE, "exists already");
    assertThat(next.code()).as(next.err()).isZero();
    assertThat(files()).containsAllEntriesOf(made);
  }

  @Test
  void eachStageOfADagDoesNothingTheSecondTime() throws IOException {
    Map<String, FileTime> made = Map.of();
    for (int turn = 0; turn < 2; turn++) {
      Commands.succeed(
          new String[] {"--set", "input.pairs=1200"},
          "prepare",
          "--input",
          "gaussian-linear",
          "--output",
          out("data"));
      Commands.succeed(
          new String[] {"--set", "training.epochs=2"},
          "train",
          "--data",
          out("data"),
          "--output",
          out("train"));
      Commands.succeed(
          new String[0],
          "embed",
          "--model",
          out("train/model"),
          "--data",
          out("data"),
          "--output",
          out("embed"));
      Commands.succeed(
          new String[0], "measure", "--embeddings", out("embed"), "--output", out("measure"));
      if (turn == 0) {
        made = files();
      }
    }
    assertThat(files()).isEqualTo(made);
  }

  @Test
  void anOutputThatIsBeingWrittenIsRefusedAndOneOfADeadJobIsTakenOver() throws Exception {
    Path lock = directory.resolve(".data.lock");
    String host = java.net.InetAddress.getLocalHost().getHostName();
    String[] prepare = {
      "prepare",
      "--input",
      "gaussian-linear",
      "--output",
      directory.resolve("data").toString(),
      "--set",
      "input.pairs=200"
    };

    Files.writeString(lock, host + " " + ProcessHandle.current().pid());
    Commands.refused(Commands.fathom(prepare), ExitCode.USAGE, "is being written by process");
    Files.writeString(lock, "elsewhere 17");
    Commands.refused(Commands.fathom(prepare), ExitCode.USAGE, "process 17 on elsewhere");
    Files.setLastModifiedTime(lock, FileTime.from(Instant.now().minusSeconds(600)));
    Commands.Ended silent = Commands.fathom(prepare);
    Process dead = new ProcessBuilder("true").start();
    dead.waitFor();
    Files.writeString(lock, host + " " + dead.pid());
    Commands.Ended gone = Commands.fathom(prepare);

    assertThat(silent.code()).as(silent.err()).isZero();
    assertThat(gone.code()).as(gone.err()).isZero();
    assertThat(lock).doesNotExist();
  }

  @Test
  void aRunThatMovedIsToldAndHasACodeOfItsOwn() throws IOException {
    assertThat(compare(report("a", 3.0, 0.8), report("b", 3.2, 0.79)).code()).isZero();
    Commands.refused(
        compare(report("a", 3.0, 0.8), report("c", 3.6, 0.8)),
        ExitCode.MOVED,
        "the shared dimension moved from 3.000 to 3.600, and may by 0.5");
    Commands.refused(
        compare(report("a", 3.0, 0.8), report("d", 3.0, 0.7)),
        ExitCode.MOVED,
        "the recall@1, x to y moved from 0.800 to 0.700");
    assertThat(compare(report("a", 3.0, 0.8), report("e", 3.0, 0.95)).code()).isZero();
    assertThat(
            Commands.fathom(
                    "compare", "--before", out("none"), "--after", out("a"), "--first-passes")
                .code())
        .isZero();
    Commands.refused(
        Commands.fathom("compare", "--before", out("none"), "--after", out("a")),
        ExitCode.DATA,
        "none is not the output of a run that is complete");
  }

  @Test
  void runsAreComparedByTheHadoopSettingsThatSparkSubmitWasGiven() throws IOException {
    String key = "spark.hadoop.fs.objects.impl";
    String output = "objects://" + report("a", 3.0, 0.8);
    assertThat(compare(output, output).err()).contains("No FileSystem for scheme \"objects\"");

    System.setProperty(key, ObjectStoreFileSystem.class.getName());
    try {
      Commands.Ended compared = compare(output, output);
      assertThat(compared.code()).as(compared.err()).isZero();
    } finally {
      System.clearProperty(key);
    }
  }

  private Commands.Ended compare(String before, String after) {
    return Commands.fathom("compare", "--before", before, "--after", after);
  }

  private String report(String name, double dimension, double recall) throws IOException {
    ObjectNode report = new ObjectMapper().createObjectNode();
    report.putObject("intrinsicDimension").putObject("shared").put("estimate", dimension);
    ObjectNode retrieval = report.putObject("retrieval");
    retrieval.putObject("xToY").put("recallAt1", recall);
    retrieval.putObject("yToX").put("recallAt1", 0.5);
    Path output = Files.createDirectories(directory.resolve(name));
    Files.writeString(output.resolve("report.json"), report.toString());
    Files.writeString(output.resolve("_SUCCESS"), "");
    return output.toString();
  }

  private Commands.Ended run(String partition, String... more) {
    List<String> all =
        new ArrayList<>(List.of("run", "--input", "gaussian-linear", "--output", out("out")));
    all.addAll(SMALL);
    all.addAll(List.of("--set", "output.partition=" + partition));
    all.addAll(List.of(more));
    return Commands.fathom(all.toArray(String[]::new));
  }

  private String out(String name) {
    return directory.resolve(name).toString();
  }

  /** Every file with the time of its last change. */
  private Map<String, FileTime> files() throws IOException {
    Map<String, FileTime> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path file : (Iterable<Path>) all.filter(Files::isRegularFile)::iterator) {
        files.put(directory.relativize(file).toString(), Files.getLastModifiedTime(file));
      }
    }
    return files;
  }
}
