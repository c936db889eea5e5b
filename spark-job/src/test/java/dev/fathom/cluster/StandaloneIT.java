// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fathom.cluster.Jobs.Job;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged job on a standalone cluster ends in the bits of the same job on one machine. */
class StandaloneIT {
  @TempDir private static Path clusterDirectory;
  private static StandaloneCluster cluster;

  @TempDir private Path directory;
  private Jobs jobs;
  private Training training;

  @BeforeAll
  static void startCluster() throws Exception {
    cluster = new StandaloneCluster(clusterDirectory, 2);
  }

  @AfterAll
  static void stopCluster() {
    cluster.close();
  }

  @BeforeEach
  void start() throws Exception {
    jobs = new Jobs(directory.resolve("jobs"));
    training =
        new Training(Undisturbed.get().data().toString(), directory.resolve("output").toString());
  }

  @Test
  void trainsOnTwoExecutorsThatStay() throws Exception {
    jobs.set("spark.dynamicAllocation.enabled", "true");
    Job job = jobs.submit(cluster.url(), training.command());
    job.await(() -> training.rounds() >= 10);
    job.finishAfter("nothing", System.nanoTime());

    assertThat(job.output())
        .contains("2 workers on batches of 256")
        .contains("spark.dynamicAllocation.enabled is set aside");
    assertThat(training.parameters()).isEqualTo(Undisturbed.get().parameters());
  }

  @Test
  void workersThatAverageTakeTurnsOnOneCore() throws Exception {
    jobs.set("spark.cores.max", "1")
        .submit(cluster.url(), training.command(Training.AVERAGING))
        .finish();

    assertThat(training.parameters()).isEqualTo(Undisturbed.get().averaged());
  }

  @Test
  void trainsWithItsDriverOnTheCluster() throws Exception {
    jobs.set("spark.submit.deployMode", "cluster")
        .set("spark.standalone.submit.waitAppCompletion", "true")
        .set("spark.cores.max", "1")
        .submit(cluster.url(), training.command())
        .finish();

    assertThat(training.parameters()).isEqualTo(Undisturbed.get().parameters());
  }
}
