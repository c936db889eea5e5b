// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fathom.error.ExitCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The DAG against a stand-in for Airflow: what it would submit is run, twice for one day. */
class AirflowTest {
  private static final Path PYTHON = Path.of("/usr/bin/python3");
  private static final Path DAG = Path.of("../conf/airflow/fathom_dag.py");
  private static final Path STAND_IN = Path.of("src/test/resources/airflow-stand-in");

  @TempDir Path lake;

  @Test
  void aDayIsDoneOnceAndHeldToTheDayBefore() throws Exception {
    assumeTrue(Files.isExecutable(PYTHON), "no python3 to load the DAG with");
    for (String day : List.of("2026-11-22", "2026-11-23")) {
      pairs(day);
    }

    List<JsonNode> first = tasks("2026-11-22");
    first.forEach(this::succeed);
    Map<String, FileTime> made = files();
    first.forEach(this::succeed);

    assertThat(files()).isEqualTo(made);
    assertThat(first)
        .extracting(task -> task.get("task").asText())
        .containsExactly("prepare", "train", "embed", "measure", "compare");
    for (int i = 0; i < first.size(); i++) {
      JsonNode task = first.get(i);
      assertThat(task.get("main").asText()).isEqualTo(Fathom.class.getName());
      assertThat(task.get("pool").asText()).isEqualTo("fathom");
      assertThat(task.get("timeout").asDouble()).isPositive();
      assertThat(task.get("retries").asInt()).isEqualTo(i < 4 ? 3 : 0);
      assertThat(task.get("downstream")).hasSize(i < 4 ? 1 : 0);
      assertThat(task.get("conf").get("spark.executor.extraJavaOptions").asText())
          .contains("--add-opens=java.base/sun.nio.ch=ALL-UNNAMED");
    }
    List<JsonNode> second = tasks("2026-11-23");
    second.subList(0, 4).forEach(this::succeed);
    // Of so little training the dimension is noise: either end is right, and it must be told.
    Commands.Ended compared = run(second.get(4));
    assertThat(compared.code()).isIn(0, ExitCode.MOVED.code());
    assertThat(compared.out()).contains("shared dimension").contains("recall@1, x to y");
  }

  private void succeed(JsonNode task) {
    Commands.Ended ended = run(task);
    assertThat(ended.code()).as("%s: %s", task.get("task"), ended.err()).isZero();
  }

  private static Commands.Ended run(JsonNode task) {
    return Commands.fathom(
        StreamSupport.stream(task.get("arguments").spliterator(), false)
            .map(JsonNode::asText)
            .toArray(String[]::new));
  }

  private List<JsonNode> tasks(String day) throws Exception {
    ProcessBuilder python =
        new ProcessBuilder(
            PYTHON.toString(), STAND_IN.resolve("load.py").toString(), DAG.toString(), day);
    python.environment().put("PYTHONPATH", STAND_IN.toString());
    python.environment().put("PYTHONDONTWRITEBYTECODE", "1");
    python.environment().put("FATHOM_INPUT", lake.resolve("pairs").toString());
    python.environment().put("FATHOM_OUTPUT", lake.resolve("fathom").toString());
    python
        .environment()
        .put("FATHOM_SETTINGS", "training.epochs=2 model.dimension=6 input.x=left input.y=right");
    python.redirectError(ProcessBuilder.Redirect.INHERIT);
    Process loading = python.start();
    String json = new String(loading.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(loading.waitFor()).isZero();
    List<JsonNode> tasks = new ArrayList<>();
    new ObjectMapper().readTree(json).forEach(tasks::add);
    return tasks;
  }

  private void pairs(String day) throws IOException {
    Path directory = Files.createDirectories(lake.resolve("pairs/dt=" + day));
    java.util.Random random = new java.util.Random(day.hashCode());
    StringBuilder left = new StringBuilder("a,b,c\n");
    StringBuilder right = new StringBuilder("d,e,f\n");
    for (int row = 0; row < 900; row++) {
      double shared = random.nextGaussian();
      left.append("%f,%f,%f\n".formatted(shared, random.nextGaussian(), random.nextGaussian()));
      right.append("%f,%f,%f\n".formatted(shared, random.nextGaussian(), random.nextGaussian()));
    }
    Files.writeString(directory.resolve("left.csv"), left);
    Files.writeString(directory.resolve("right.csv"), right);
  }

  /** Every file of the outputs with the time of its last change. */
  private Map<String, FileTime> files() throws IOException {
    Map<String, FileTime> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(lake.resolve("fathom"))) {
      for (Path file : (Iterable<Path>) all.filter(Files::isRegularFile)::iterator) {
        files.put(lake.relativize(file).toString(), Files.getLastModifiedTime(file));
      }
    }
    return files;
  }
}
