// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fathom.cluster.Jobs.Job;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Executors and drivers that die or stall while the packaged job runs: it ends in the bits of the
 * undisturbed one.
 */
class FaultsIT {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Enough points for a search of many seconds, as these JVMs compile. */
  private static final int POINTS = 40_000;

  /** Pairs of one executor that another has read as well. */
  private static final Pattern TAKEN_OVER =
      Pattern.compile(
          "Added (rdd_\\d+_\\d+) in memory on .+Added \\1 in memory on ", Pattern.DOTALL);

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
    cluster.awaitIdle();
    jobs = new Jobs(directory.resolve("jobs"));
    training =
        new Training(Undisturbed.get().data().toString(), directory.resolve("output").toString());
  }

  @Test
  void anExecutorIsKilledInTheMiddleOfTraining() throws Exception {
    Job job = jobs.submit(cluster.url(), training.command());
    job.await(() -> training.rounds() >= 10);

    ProcessHandle executor = cluster.executors().get(0);
    long fault = System.nanoTime();
    executor.destroyForcibly();
    assertThat(training.isComplete()).isFalse();
    job.finishAfter("an executor killed in a round", fault);

    assertThat(job.output()).contains("Lost executor");
    assertThat(training.parameters()).isEqualTo(Undisturbed.get().parameters());
  }

  @Test
  void theDriverIsKilledAndTheCommandGivenAgain() throws Exception {
    Job job = jobs.submit(cluster.url(), training.command());
    job.await(() -> training.rounds() >= 21);
    job.kill();
    assertThat(training.isComplete()).isFalse();
    long fault = System.nanoTime();

    Job again = jobs.submit(cluster.url(), training.command());
    again.finishAfter("the driver killed, the command given again", fault);

    assertThat(again.output()).contains("goes on after round");
    assertThat(training.parameters()).isEqualTo(Undisturbed.get().parameters());
  }

  /** One that gets a tenth of its time, so that tasks of it are started elsewhere as well. */
  @Test
  void anExecutorStragglesAndItsTasksRunElsewhereAsWell() throws Exception {
    jobs.set("spark.speculation", "true");
    Job job = jobs.submit(cluster.url(), training.command(Training.AVERAGING));
    job.await(() -> training.rounds() >= 1);
    ProcessHandle executor = cluster.executors().get(0);

    long start = System.nanoTime();
    for (int time = 0; time < 20 && !TAKEN_OVER.matcher(job.output()).find(); time++) {
      signal(executor, "STOP");
      TimeUnit.MILLISECONDS.sleep(2700);
      signal(executor, "CONT");
      TimeUnit.MILLISECONDS.sleep(300);
    }
    assertThat(job.output()).containsPattern(TAKEN_OVER);
    assertThat(training.isComplete()).isFalse();
    job.finishAfter("an executor straggled", start);

    assertThat(job.output()).contains("as speculatable").containsPattern("Starting task \\d.1 in");
    assertThat(training.parameters()).isEqualTo(Undisturbed.get().averaged());
  }

  private static void signal(ProcessHandle process, String signal) throws Exception {
    new ProcessBuilder("kill", "-" + signal, String.valueOf(process.pid())).start().waitFor();
  }

  @Test
  void anExecutorIsKilledInTheSearchForNeighbours() throws Exception {
    Path points = directory.resolve("points.csv");
    writePoints(points);
    Path undisturbed = directory.resolve("undisturbed");
    jobs.submit("local[2]", measure(points, undisturbed)).finish();
    int port = StandaloneCluster.freePort();
    Path disturbed = directory.resolve("disturbed");
    Job job =
        jobs.set("spark.ui.enabled", "true")
            .set("spark.ui.port", String.valueOf(port))
            .submit(cluster.url(), measure(points, disturbed));
    job.await(() -> running(port).contains("measure: neighbours of x"));
    TimeUnit.MILLISECONDS.sleep(500);

    ProcessHandle executor = cluster.executors().get(0);
    long fault = System.nanoTime();
    executor.destroyForcibly();
    assertThat(running(port)).contains("measure: neighbours of x");
    job.finishAfter("an executor killed in the search for neighbours", fault);

    assertThat(job.output()).contains("Lost executor");
    assertThat(report(disturbed)).isEqualTo(report(undisturbed));
  }

  private static void writePoints(Path file) throws IOException {
    Random random = new Random(7);
    List<String> lines = new ArrayList<>();
    for (int row = 0; row < POINTS; row++) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < 24; column++) {
        line.append(column == 0 ? "" : ",")
            .append(String.format(Locale.ROOT, "%.6f", random.nextGaussian()));
      }
      lines.add(line.toString());
    }
    Files.write(file, lines);
  }

  private static List<String> measure(Path points, Path output) {
    return List.of(
        "measure",
        "--embeddings",
        points.toString(),
        "--output",
        output.toString(),
        "--set",
        "measure.maxPoints=" + POINTS);
  }

  /** What the jobs that run are for, as Spark's user interface has it. */
  private static List<String> running(int port) {
    List<String> descriptions = new ArrayList<>();
    try {
      String api = "http://" + SparkJvm.LOOPBACK + ":" + port + "/api/v1/applications";
      JsonNode applications = JSON.readTree(URI.create(api).toURL());
      String jobs = api + "/" + applications.path(0).path("id").asText() + "/jobs?status=running";
      JSON.readTree(URI.create(jobs).toURL())
          .forEach(job -> descriptions.add(job.path("description").asText()));
    } catch (IOException e) {
      // Not yet there.
      return descriptions;
    }
    return descriptions;
  }

  private static JsonNode report(Path output) throws IOException {
    ObjectNode report = (ObjectNode) JSON.readTree(output.resolve("report.json").toFile());
    report.remove("timings");
    return report;
  }
}
