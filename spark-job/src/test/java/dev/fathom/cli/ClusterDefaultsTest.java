// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fathom.testing.LocalSpark;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What clusters set for all jobs changes nothing that comes out. */
class ClusterDefaultsTest {
  private static final Map<String, String> DEFAULTS =
      Map.ofEntries(
          Map.entry("spark.serializer", "org.apache.spark.serializer.KryoSerializer"),
          Map.entry("spark.io.compression.codec", "zstd"),
          Map.entry("spark.rdd.compress", "true"),
          Map.entry("spark.sql.adaptive.enabled", "false"),
          Map.entry("spark.sql.ansi.enabled", "true"),
          Map.entry("spark.sql.caseSensitive", "true"),
          Map.entry("spark.sql.files.maxPartitionBytes", "4m"),
          Map.entry("spark.sql.parquet.compression.codec", "gzip"),
          Map.entry("spark.sql.parquet.enableVectorizedReader", "false"),
          Map.entry("spark.sql.session.timeZone", "Asia/Kathmandu"),
          Map.entry("spark.sql.shuffle.partitions", "7"));

  @TempDir private Path directory;

  @AfterEach
  void clear() {
    DEFAULTS.keySet().forEach(System::clearProperty);
    LocalSpark.session().stop();
  }

  @Test
  void theReportIsTheSame() throws Exception {
    write(directory.resolve("pairs.csv"));
    JsonNode plain = report("plain");
    LocalSpark.session().stop();
    DEFAULTS.forEach(System::setProperty);

    assertThat(report("defaults")).isEqualTo(plain);
  }

  private JsonNode report(String name) throws Exception {
    Path output = directory.resolve(name);
    Commands.succeed(
        new String[] {
          "--set", "input.x=numbers",
          "--set", "input.y=text",
          "--set", "input.label=class",
          "--set", "model.dimension=4",
          "--set", "training.workers=2",
          "--set", "training.batchSize=32",
          "--set", "training.epochs=3"
        },
        "run",
        "--input",
        directory.resolve("pairs.csv").toString(),
        "--output",
        output.toString());
    ObjectNode report = (ObjectNode) Commands.report(output);
    report.remove(List.of("timings", "throughput"));
    return report;
  }

  /** Numbers beside words that go with them, a few of them broken. */
  private static void write(Path file) throws Exception {
    Random random = new Random(1);
    List<String> lines = new ArrayList<>(List.of("numbers,text,class"));
    for (int row = 0; row < 800; row++) {
      int kind = random.nextInt(4);
      lines.add(
          "\"[%s,%f,%f]\",a %s thing of row %d,%d"
              .formatted(
                  row % 100 == 7 ? "none" : String.valueOf(kind + random.nextGaussian()),
                  random.nextGaussian(),
                  -kind + random.nextGaussian(),
                  List.of("red", "green", "blue", "white").get(kind),
                  row,
                  kind));
    }
    Files.write(file, lines);
  }
}
