// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fathom.random.RandomStream;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A job in a JVM of its own that is killed and given again, beside one that is left alone. */
class ResumeTest {
  @TempDir private static Path data;

  @TempDir private Path directory;

  @BeforeAll
  static void prepare() {
    succeed(
        "prepare",
        "--input",
        "gaussian-linear",
        "--output",
        data.toString(),
        "--set",
        "input.pairs=2000");
  }

  @Test
  void aTrainingThatIsKilledAtARandomRoundEndsInTheSameBitsWhenTheCommandIsGivenAgain()
      throws Exception {
    Path whole = directory.resolve("whole");
    succeed(train(whole));
    Path killed = directory.resolve("killed");
    long rounds = lines(whole);
    // Another one each time; a failure names it.
    long round = RandomStream.of(ProcessHandle.current().pid(), "kill").nextLong(1, rounds - 5);

    Process first = start(train(killed));
    while (lines(killed) < round) {
      assertThat(first.isAlive()).as("killed in round %d", round).isTrue();
      TimeUnit.MILLISECONDS.sleep(5);
    }
    first.destroyForcibly().waitFor();
    assertThat(killed.resolve("_SUCCESS")).doesNotExist();
    succeed(train(killed));

    assertThat(newestCheckpoint(killed).getFileName())
        .isEqualTo(newestCheckpoint(whole).getFileName());
    assertThat(Files.readAllBytes(newestCheckpoint(killed)))
        .as("killed in round %d", round)
        .isEqualTo(Files.readAllBytes(newestCheckpoint(whole)));
    assertThat(rounds(killed)).isEqualTo(rounds(whole));
    assertThat(killed.resolve("_SUCCESS")).exists();
  }

  @Test
  void aSweepThatIsKilledEndsInTheSameTableWhenTheCommandIsGivenAgain() throws Exception {
    Path whole = directory.resolve("whole");
    succeed(sweep(whole));
    Path killed = directory.resolve("killed");

    Process first = start(sweep(killed));
    while (cells(killed) < 2) {
      assertThat(first.isAlive()).isTrue();
      TimeUnit.MILLISECONDS.sleep(5);
    }
    first.destroyForcibly().waitFor();
    assertThat(killed.resolve("_SUCCESS")).doesNotExist();
    Map<Path, FileTime> done = modified(killed);
    succeed(sweep(killed));

    assertThat(modified(killed)).as("what was done is not done again").containsAllEntriesOf(done);
    assertThat(SweepCommandTest.table(killed)).isEqualTo(SweepCommandTest.table(whole));
    assertThat(killed.resolve("_SUCCESS")).exists();
  }

  private static String[] sweep(Path output) {
    return new String[] {
      "sweep",
      "--data",
      data.toString(),
      "--output",
      output.toString(),
      "--set",
      "sweep.dimensions=[2,4,6]",
      "--set",
      "sweep.repeats=2",
      "--set",
      "training.epochs=20"
    };
  }

  private static long cells(Path output) throws IOException {
    return Files.exists(output.resolve("cells")) ? modified(output).size() : 0;
  }

  /** The cells that are done, and when they were. */
  private static Map<Path, FileTime> modified(Path output) throws IOException {
    Map<Path, FileTime> modified = new HashMap<>();
    try (Stream<Path> files = Files.list(output.resolve("cells"))) {
      for (Path file : files.filter(f -> f.getFileName().toString().startsWith("cell-")).toList()) {
        modified.put(file.getFileName(), Files.getLastModifiedTime(file));
      }
    }
    return modified;
  }

  private static String[] train(Path output) {
    return new String[] {
      "train",
      "--data",
      data.toString(),
      "--output",
      output.toString(),
      "--set",
      "training.batchSize=100",
      "--set",
      "training.epochs=60",
      "--set",
      "training.validations=60",
      "--set",
      "training.checkpointEvery=4"
    };
  }

  private static Path newestCheckpoint(Path output) throws IOException {
    try (Stream<Path> files = Files.list(output.resolve("checkpoints"))) {
      return files
          .filter(file -> file.toString().endsWith(".safetensors"))
          .max(Comparator.naturalOrder())
          .orElseThrow();
    }
  }

  private static long lines(Path output) throws IOException {
    Path metrics = output.resolve("metrics.jsonl");
    return Files.exists(metrics) ? Files.readAllLines(metrics).size() : 0;
  }

  /** The rounds that the log tells of, without their times. */
  private static List<String> rounds(Path output) throws IOException {
    return Files.readAllLines(output.resolve("metrics.jsonl")).stream()
        .map(line -> line.replaceAll(",\"pairsPerSecond.*", ""))
        .toList();
  }

  private static void succeed(String... command) {
    Commands.succeed(new String[0], command);
  }

  /** Starts a command in a JVM with this one's class path and flags. */
  private Process start(String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> flag.startsWith("--add-opens"))
        .forEach(command::add);
    command.addAll(
        List.of(
            "-Xmx1g",
            "-XX:TieredStopAtLevel=1",
            "-Dspark.ui.enabled=false",
            "-Dspark.driver.host=127.0.0.1"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Fathom.class.getName()));
    command.addAll(Arrays.asList(arguments));
    command.addAll(List.of("--master", "local[2]"));
    File log = directory.resolve("log.txt").toFile();
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(Redirect.appendTo(log))
        .start();
  }
}
