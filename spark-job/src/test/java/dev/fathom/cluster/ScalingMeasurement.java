// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fathom.files.Storage;
import dev.fathom.scaling.RoundCost;
import dev.fathom.train.progress.MetricsLog;
import dev.fathom.train.progress.RoundReport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Prints what a round costs beside its arithmetic on a standalone cluster of 1 to 4 executors, what
 * {@link RoundCost} says, and the parts by Spark's event log: rows of the table in {@code
 * docs/scaling.md}. Not among the tests that a build runs: {@code -Dtest=ScalingMeasurement} names
 * it, once the job is packaged.
 */
class ScalingMeasurement {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int PAIRS = 8000;

  /** No more than what the split leaves for training. */
  private static final int TRAINED = 5800;

  private static final List<Size> SIZES =
      List.of(new Size(140, 600), new Size(480, 200), new Size(1560, 40), new Size(3130, 16));

  @TempDir private Path directory;

  /** Encoders of two hidden layers of a width, and rounds, of which the second half counts. */
  private record Size(int width, int rounds) {
    /** Of both towers: 20 columns in, 8 dimensions out. */
    long parameters() {
      return 2L * (20 * width + width + width * width + width + 8 * width + 8);
    }
  }

  /**
   * Milliseconds of a round: of the driver since the job before, from the first launch of a task to
   * the last, and of the slowest task.
   */
  private record Parts(double between, double launch, double run, double give, double take) {}

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void millisecondsOfARoundBesideItsArithmetic(int executors) throws Exception {
    // The driver takes one of the cluster's workers.
    try (StandaloneCluster cluster =
        new StandaloneCluster(directory.resolve("cluster" + executors), 1 + executors)) {
      Path data = directory.resolve("data" + executors);
      finish(
          cluster,
          Optional.empty(),
          List.of("prepare", "--input", "gaussian-linear", "--output", data.toString()),
          "input.pairs=" + PAIRS);
      for (Size size : SIZES) {
        Path events =
            Files.createDirectory(directory.resolve("events" + executors + "x" + size.width()));
        List<RoundReport> rounds = train(cluster, data, size, executors, events);
        List<Parts> parts = parts(events);
        long pairs = rounds.get(0).pairs();
        double[] overhead = new double[rounds.size()];
        double[] read = new double[rounds.size()];
        for (int i = 0; i < rounds.size(); i++) {
          double milliseconds = 1e3 * pairs / rounds.get(i).pairsPerSecond();
          double arithmetic = milliseconds * rounds.get(i).arithmeticShare();
          overhead[i] = milliseconds - arithmetic;
          read[i] = Math.max(0, parts.get(i).run() - arithmetic);
        }
        int cores = Runtime.getRuntime().availableProcessors();
        RoundCost cost = RoundCost.onOneMachine(size.parameters(), executors, cores);
        System.out.printf(
            "| %d | %,d | %.0f | %.0f | %.0f | %.0f | %.1f | %.0f | %.0f | %.0f |%n",
            executors,
            size.parameters(),
            late(overhead, 0.5),
            late(overhead, 0.1),
            1e3 * cost.seconds(),
            late(parts.stream().mapToDouble(Parts::between).toArray(), 0.1),
            parts.stream().mapToDouble(Parts::launch).average().orElse(0),
            late(read, 0.1),
            late(parts.stream().mapToDouble(Parts::give).toArray(), 0.1),
            late(parts.stream().mapToDouble(Parts::take).toArray(), 0.1));
      }
    }
  }

  /** A quantile of the second half, when the JVMs are warm. */
  private static double late(double[] values, double quantile) {
    double[] late = Arrays.copyOfRange(values, values.length / 2, values.length);
    Arrays.sort(late);
    return late[(int) (quantile * late.length)];
  }

  private List<RoundReport> train(
      StandaloneCluster cluster, Path data, Size size, int executors, Path events)
      throws Exception {
    Path output = directory.resolve(executors + "x" + size.width());
    String hidden = "[" + size.width() + "," + size.width() + "]";
    finish(
        cluster,
        Optional.of(events),
        List.of("train", "--data", data.toString(), "--output", output.toString()),
        "model.dimension=8",
        "model.x.hidden=" + hidden,
        "model.y.hidden=" + hidden,
        "training.mode=parameter-averaging",
        "training.workers=" + executors,
        "training.epochs=1",
        "training.batchSize=" + TRAINED / size.rounds(),
        "training.averagingPeriod=1",
        "training.learningRate=1e-6",
        "training.validations=0",
        "training.checkpointEvery=1000000");
    return MetricsLog.read(
        new Storage(new Configuration()),
        new org.apache.hadoop.fs.Path(output.resolve("metrics.jsonl").toString()));
  }

  /** A round is a job of one stage. */
  private static List<Parts> parts(Path events) throws Exception {
    List<Parts> parts = new ArrayList<>();
    double ended = 0;
    double started = 0;
    boolean round = false;
    double first = 0;
    double last = 0;
    double run = 0;
    double give = 0;
    double take = 0;
    for (String line : Files.readAllLines(only(events))) {
      JsonNode event = JSON.readTree(line);
      switch (event.path("Event").asText()) {
        case "SparkListenerJobStart" -> {
          round =
              event
                  .path("Properties")
                  .path("spark.job.description")
                  .asText()
                  .startsWith("train: round");
          started = event.path("Submission Time").asDouble();
          first = Double.MAX_VALUE;
          last = 0;
          run = 0;
          give = 0;
          take = 0;
        }
        case "SparkListenerTaskEnd" -> {
          JsonNode task = event.path("Task Info");
          JsonNode metrics = event.path("Task Metrics");
          double getting = task.path("Getting Result Time").asDouble();
          double launched = task.path("Launch Time").asDouble();
          first = Math.min(first, launched);
          last = Math.max(last, launched);
          run = Math.max(run, metrics.path("Executor Run Time").asDouble());
          give = Math.max(give, metrics.path("Result Serialization Time").asDouble());
          take = Math.max(take, getting < 1 ? 0 : task.path("Finish Time").asDouble() - getting);
        }
        case "SparkListenerJobEnd" -> {
          if (round) {
            parts.add(new Parts(started - ended, last - first, run, give, take));
          }
          ended = event.path("Completion Time").asDouble();
        }
        default -> {}
      }
    }
    return parts;
  }

  private static Path only(Path directory) throws Exception {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(file -> !file.toString().endsWith(".crc")).findFirst().orElseThrow();
    }
  }

  private void finish(
      StandaloneCluster cluster, Optional<Path> events, List<String> command, String... settings)
      throws Exception {
    List<String> all = new ArrayList<>(command);
    for (String setting : settings) {
      all.addAll(List.of("--set", setting));
    }
    Jobs jobs =
        new Jobs(directory.resolve("jobs"))
            .flags("-XX:+UseG1GC")
            .set("spark.submit.deployMode", "cluster")
            .set("spark.standalone.submit.waitAppCompletion", "true")
            .set("spark.driver.memory", "6g")
            .set("spark.executor.memory", "3g");
    events.ifPresent(
        logs ->
            jobs.set("spark.eventLog.enabled", "true")
                .set("spark.eventLog.dir", logs.toUri().toString()));
    jobs.submit(cluster.url(), all).finish();
  }
}
