// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fathom.cluster.Jobs.Job;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Machines that are lost or full while the packaged job runs: it ends in the bits of the
 * undisturbed one, or it says what is wrong and the same command goes on.
 */
class LostWorkersIT {
  @TempDir private Path directory;
  private StandaloneCluster cluster;
  private Jobs jobs;
  private Training training;

  @BeforeEach
  void start() throws Exception {
    jobs = new Jobs(directory.resolve("jobs"));
    training =
        new Training(Undisturbed.get().data().toString(), directory.resolve("output").toString());
  }

  private void workers(int count) throws Exception {
    cluster = new StandaloneCluster(directory.resolve("cluster"), count);
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  @Test
  void aWorkerIsLostAndNoneReplacesIt() throws Exception {
    workers(2);
    Job job = jobs.submit(cluster.url(), training.command());
    job.await(() -> training.rounds() >= 10);

    long fault = System.nanoTime();
    cluster.lose(0);
    assertThat(training.isComplete()).isFalse();
    job.finishAfter("a Worker lost", fault);

    assertThat(job.output()).contains("Lost executor");
    assertThat(training.parameters()).isEqualTo(Undisturbed.get().parameters());
  }

  @Test
  void allWorkersAreLostUntilOneComesBack() throws Exception {
    workers(2);
    Job job = jobs.submit(cluster.url(), training.command());
    job.await(() -> training.rounds() >= 10);

    long fault = System.nanoTime();
    cluster.lose(0);
    cluster.lose(1);
    TimeUnit.SECONDS.sleep(3);
    assertThat(training.isComplete()).isFalse();
    cluster.add(List.of());
    job.finishAfter("all Workers lost, another started", fault);

    assertThat(training.parameters()).isEqualTo(Undisturbed.get().parameters());
  }

  /** A disk of one megabyte, which a shuffle fills at once, and so do the pairs of a training. */
  @Test
  void theDiskIsFull() throws Exception {
    List<String> mounting = List.of("unshare", "--mount", "--map-root-user", "--");
    assumeTrue(succeeds(mounting, "true"), "a disk of a test's own cannot be mounted here");
    workers(0);
    List<String> before = new ArrayList<>(mounting);
    before.addAll(
        List.of(
            "bash",
            "-c",
            "mount -t tmpfs -o size=1m tmpfs '" + cluster.scratch(0) + "' && exec \"$@\"",
            "bash"));
    cluster.add(before);
    // The job's jar would fill it before its pairs do.
    jobs.set("spark.files.useFetchCache", "false");
    Path shuffled = directory.resolve("shuffled");
    Path data = directory.resolve("data");
    jobs.submit("local[2]", prepare(data)).finish();
    training = new Training(data.toString(), directory.resolve("output").toString());
    List<String> train = training.command("training.epochs=1");

    assertEndsForWantOfSpace(jobs.submit(cluster.url(), prepare(shuffled)));
    // With it goes what it has left there.
    cluster.awaitIdle();
    assertEndsForWantOfSpace(jobs.submit(cluster.url(), train));

    assertThat(shuffled.resolve("_SUCCESS")).doesNotExist();
    assertThat(training.isComplete()).isFalse();
    cluster.lose(0);
    cluster.add(List.of());
    jobs.submit(cluster.url(), prepare(shuffled)).finish();
    jobs.submit(cluster.url(), train).finish();
    assertThat(shuffled.resolve("_SUCCESS")).exists();
    assertThat(training.isComplete()).isTrue();
  }

  private static List<String> prepare(Path data) {
    return Training.prepare(data.toString(), 60_000);
  }

  private static void assertEndsForWantOfSpace(Job job) throws InterruptedException {
    assertThat(job.end()).isEqualTo(1);
    assertThat(job.output().lines().filter(line -> line.startsWith("fathom: ")))
        .singleElement()
        .asString()
        .contains("No space left on device");
  }

  private static boolean succeeds(List<String> command, String last) {
    List<String> all = new ArrayList<>(command);
    all.add(last);
    try {
      return new ProcessBuilder(all).start().waitFor() == 0;
    } catch (IOException | InterruptedException e) {
      return false;
    }
  }
}
