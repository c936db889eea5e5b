// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a scheduler does for months: one job after another on one cluster. */
class RepeatedRunsIT {
  private static final int RUNS = 6;

  @TempDir private Path directory;

  @Test
  void submissionsOneAfterAnotherLeaveNothingButTheirOutputs() throws Exception {
    Path temporary = Files.createDirectories(directory.resolve("temporary"));
    Jobs jobs =
        new Jobs(directory.resolve("jobs"))
            .export("JAVA_TOOL_OPTIONS", "-Djava.io.tmpdir=" + temporary);
    try (StandaloneCluster cluster = new StandaloneCluster(directory.resolve("cluster"), 2)) {
      for (int run = 0; run < RUNS; run++) {
        Path output = directory.resolve("output" + run);
        Training training = new Training(Undisturbed.get().data().toString(), output.toString());

        jobs.submit(
                cluster.url(), training.command("training.epochs=4", "training.checkpointEvery=1"))
            .finish();

        cluster.awaitIdle();
        assertThat(training.isComplete()).isTrue();
        assertThat(
                files(output.resolve("checkpoints"))
                    .filter(file -> !file.toString().endsWith(".crc")))
            .hasSize(3);
      }
      assertThat(files(cluster.local(0))).isEmpty();
      assertThat(files(cluster.local(1))).isEmpty();
    }
    assertThat(files(jobs.local())).isEmpty();
    assertThat(files(temporary)).isEmpty();
    assertThat(files(directory).filter(file -> file.toString().endsWith(".lock"))).isEmpty();
  }

  private static Stream<Path> files(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(Files::isRegularFile).toList().stream();
    }
  }
}
