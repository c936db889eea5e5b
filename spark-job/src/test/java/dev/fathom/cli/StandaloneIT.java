// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The packaged job on a standalone cluster of separate JVMs, undisturbed and disturbed: each way it
 * ends in the bits of the same training on one machine.
 */
class StandaloneIT {
  private static final int MINUTES = 5;

  @TempDir private static Path directory;
  private static StandaloneCluster cluster;
  private static Path data;
  private static byte[] expected;

  @BeforeAll
  static void undisturbed() throws Exception {
    cluster = new StandaloneCluster(directory.resolve("cluster"), 2);
    data = directory.resolve("data");
    finish(
        cluster.submitTo(
            List.of("--master", "local[2]"),
            "prepare",
            "--input",
            "gaussian-linear",
            "--output",
            data.toString(),
            "--set",
            "input.pairs=6000"));
    Path local = directory.resolve("local");
    finish(cluster.submitTo(List.of("--master", "local[2]"), train(local)));
    expected = lastCheckpoint(local);
  }

  @AfterAll
  static void stop() {
    if (cluster != null) {
      cluster.close();
    }
  }

  @Test
  void aTrainingOnTwoExecutorsEndsInTheBitsOfOneMachine() throws Exception {
    Path output = directory.resolve("client");

    finish(cluster.submit(List.of(), train(output)));

    assertThat(lastCheckpoint(output)).isEqualTo(expected);
  }

  @Test
  void aDriverOnTheClusterEndsInTheSameBits() throws Exception {
    Path output = directory.resolve("cluster-mode");

    finish(
        cluster.submit(
            List.of(
                "--deploy-mode",
                "cluster",
                "--conf",
                "spark.standalone.submit.waitAppCompletion=true",
                "--conf",
                "spark.cores.max=1"),
            train(output)));

    assertThat(lastCheckpoint(output)).isEqualTo(expected);
  }

  @Test
  void anExecutorThatIsKilledWhileTrainingChangesNothing() throws Exception {
    Path output = directory.resolve("killed");
    Process job = cluster.submit(List.of(), train(output));
    await(job, output, 10);

    ProcessHandle executor = cluster.executors().findFirst().orElseThrow();
    executor.destroyForcibly();
    finish(job);

    assertThat(executor.isAlive()).isFalse();
    assertThat(lastCheckpoint(output)).isEqualTo(expected);
  }

  @Test
  void aDriverThatIsKilledIsGoneOnWithByTheSameCommand() throws Exception {
    Path output = directory.resolve("driver");
    Process job = cluster.submit(List.of(), train(output));
    await(job, output, 30);
    job.descendants().forEach(ProcessHandle::destroyForcibly);
    job.destroyForcibly().waitFor();
    assertThat(output.resolve("_SUCCESS")).doesNotExist();

    finish(cluster.submit(List.of(), train(output)));

    assertThat(lastCheckpoint(output)).isEqualTo(expected);
  }

  private static String[] train(Path output) {
    return new String[] {
      "train",
      "--data",
      data.toString(),
      "--output",
      output.toString(),
      "--set",
      "training.workers=2",
      "--set",
      "training.epochs=40",
      "--set",
      "training.averagingPeriod=2",
      "--set",
      "training.checkpointEvery=10",
      "--set",
      "model.dimension=8"
    };
  }

  /** Waits until so many rounds are done. */
  private static void await(Process job, Path output, int rounds) throws Exception {
    Path metrics = output.resolve("metrics.jsonl");
    while (!Files.exists(metrics) || Files.readAllLines(metrics).size() < rounds) {
      assertThat(job.isAlive()).as(() -> logs()).isTrue();
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  private static void finish(Process job) throws Exception {
    assertThat(job.waitFor(MINUTES, TimeUnit.MINUTES)).as(() -> logs()).isTrue();
    assertThat(job.exitValue()).as(() -> logs()).isZero();
  }

  private static String logs() {
    try {
      return cluster.logs();
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static byte[] lastCheckpoint(Path output) throws IOException {
    List<Path> all = new ArrayList<>();
    try (Stream<Path> files = Files.list(output.resolve("checkpoints"))) {
      files.filter(file -> file.toString().endsWith(".safetensors")).forEach(all::add);
    }
    all.sort(Comparator.naturalOrder());
    return Files.readAllBytes(all.get(all.size() - 1));
  }
}
