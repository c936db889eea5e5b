// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fathom.settings.Settings;
import dev.fathom.testing.LocalSpark;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Spark's page and metrics show of a run to whoever watches it. */
class WatchingTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final MBeanServer BEANS = ManagementFactory.getPlatformMBeanServer();
  private static final int ROWS = 600;
  private static final int BROKEN = 7;

  @TempDir private static Path directory;
  private static SparkSession spark;

  @BeforeAll
  static void aRun() throws Exception {
    LocalSpark.session().stop();
    spark =
        SparkSession.builder()
            .master("local[2]")
            .config("spark.ui.enabled", "true")
            .config("spark.ui.port", "0")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.sql.shuffle.partitions", "2")
            .config(
                "spark.metrics.conf.*.sink.prometheusServlet.class",
                "org.apache.spark.metrics.sink.PrometheusServlet")
            .config("spark.metrics.conf.*.sink.prometheusServlet.path", "/metrics/prometheus")
            .config("spark.metrics.conf.*.sink.jmx.class", "org.apache.spark.metrics.sink.JmxSink")
            .getOrCreate();
    Files.createDirectories(directory.resolve("pairs"));
    Files.writeString(directory.resolve("pairs/left.csv"), matrix(1));
    Files.writeString(directory.resolve("pairs/right.csv"), matrix(2));
    Settings settings =
        Settings.of(
            "",
            List.of(),
            List.of(
                "input.x=left.csv",
                "input.y=right.csv",
                "training.epochs=2",
                "training.workers=2",
                "training.batchSize=64",
                "model.dimension=6",
                "model.similarity=population-norm",
                "model.populationSample=32"));
    Job job =
        new Job(
            spark,
            "run",
            JobSettings.of(settings),
            new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
    RunCommand.whole(
        job, directory.resolve("pairs").toString(), directory.resolve("out").toString());
    job.unlock();
  }

  private static String matrix(int seed) {
    Random random = new Random(seed);
    StringBuilder text = new StringBuilder("a,b,c\n");
    for (int row = 0; row < ROWS; row++) {
      String first = seed == 1 && row < BROKEN ? "nan" : "" + random.nextGaussian();
      text.append("%s,%f,%f\n".formatted(first, random.nextGaussian(), random.nextGaussian()));
    }
    return text.toString();
  }

  @AfterAll
  static void end() {
    spark.stop();
    assertThat(BEANS.queryNames(null, null))
        .extracting(ObjectName::toString)
        .noneMatch(name -> name.contains("fathom"));
  }

  @Test
  void thePrometheusPageHoldsTheNumbersOfTheLastRoundAndTheRowsRead() throws Exception {
    Map<String, Double> shown = new HashMap<>();
    Matcher line =
        Pattern.compile("(?m)^metrics_\\w+_driver_fathom_(\\w+)_Value\\{[^}]*} (\\S+)$")
            .matcher(get("/metrics/prometheus"));
    while (line.find()) {
      shown.put(line.group(1), Double.parseDouble(line.group(2)));
    }

    assertThat(shown).isEqualTo(expected());
  }

  @Test
  void soDoTheBeansOfThisProcess() throws Exception {
    Map<String, Double> shown = new HashMap<>();
    for (ObjectName bean : BEANS.queryNames(new ObjectName("*:name=*.driver.fathom.*,*"), null)) {
      String name = bean.getKeyProperty("name");
      shown.put(
          name.substring(name.lastIndexOf('.') + 1),
          ((Number) BEANS.getAttribute(bean, "Value")).doubleValue());
    }

    assertThat(shown).isEqualTo(expected());
  }

  private static Map<String, Double> expected() throws Exception {
    List<String> rounds = Files.readAllLines(directory.resolve("out/metrics.jsonl"));
    JsonNode last = JSON.readTree(rounds.get(rounds.size() - 1));
    return Map.of(
        "rowsRead",
        (double) ROWS,
        "rowsRejected",
        (double) BROKEN,
        "rounds",
        (double) rounds.size(),
        "loss",
        last.get("loss").asDouble(),
        "temperature",
        last.get("temperature").asDouble(),
        "pairsPerSecond",
        last.get("pairsPerSecond").asDouble(),
        "roundOverhead",
        1 - last.get("arithmeticShare").asDouble());
  }

  @Test
  void everySparkJobSaysWhatItIsFor() throws Exception {
    Set<String> purposes = new TreeSet<>();
    for (JsonNode job :
        JSON.readTree(
            get("/api/v1/applications/" + spark.sparkContext().applicationId() + "/jobs"))) {
      purposes.add(job.path("description").asText());
    }

    assertThat(purposes).allMatch(purpose -> purpose.matches("(prepare|train|embed|measure): .+"));
    assertThat(purposes)
        .contains(
            "prepare: write the rejects",
            "train: round 1",
            "train: population norms",
            "embed: test",
            "measure: neighbours of x");
  }

  private static String get(String path) throws Exception {
    HttpResponse<String> response =
        HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NORMAL)
            .build()
            .send(
                HttpRequest.newBuilder(URI.create(spark.sparkContext().uiWebUrl().get() + path))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).isEqualTo(200);
    return response.body();
  }
}
