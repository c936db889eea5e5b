// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fathom.testing.LocalSpark;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.api.python.Py4JServer;
import org.apache.spark.sql.SparkSession;

/** Real PySpark, whose programs run on the session of this JVM. */
final class PySpark implements AutoCloseable {
  /** Names the folder {@code python/} of a Spark, where PySpark is not installed. */
  private static final String FOLDER = "FATHOM_PYSPARK";

  private static final Path SCRIPTS = Path.of("src/test/python").toAbsolutePath();
  private static final Path CLASSES = Path.of("target/classes").toAbsolutePath();

  private final String path;
  private final Py4JServer server;

  private PySpark(String path) {
    this.path = path;
    SparkSession spark = LocalSpark.session();
    server = new Py4JServer(spark.sparkContext().conf());
    server.start();
  }

  /** Starts it; a test is skipped where it is not there. */
  static PySpark orSkip() throws Exception {
    List<String> entries = new ArrayList<>();
    String folder = System.getenv(FOLDER);
    if (folder != null) {
      entries.add(folder);
      try (Stream<Path> zips = Files.list(Path.of(folder, "lib"))) {
        zips.map(Path::toString).filter(name -> name.endsWith(".zip")).forEach(entries::add);
      }
    }
    entries.add(CLASSES.toString());
    entries.add(SCRIPTS.toString());
    String path = String.join(File.pathSeparator, entries);
    assumeTrue(
        python("import pyspark.ml; assert pyspark.__version__.startswith('3.5')", path),
        "no PySpark 3.5 (with NumPy) for python3, and none in the folder that %s names"
            .formatted(FOLDER));
    return new PySpark(path);
  }

  /** Whether a statement of Python comes to a good end. */
  static boolean python(String statement, String path, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("python3", "-c", statement));
    command.addAll(Arrays.asList(arguments));
    ProcessBuilder python = new ProcessBuilder(command);
    python.environment().putAll(Map.of("PYTHONPATH", path, "PYTHONDONTWRITEBYTECODE", "1"));
    try {
      return python
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    }
  }

  /** Runs a program of {@code src/test/python} to its good end, and gives what it printed. */
  String run(String program, Path files, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("python3", SCRIPTS.resolve(program).toString()));
    command.addAll(Arrays.asList(arguments));
    ProcessBuilder python = new ProcessBuilder(command);
    python
        .environment()
        .putAll(
            Map.of(
                "PYTHONPATH",
                path,
                "PYTHONDONTWRITEBYTECODE",
                "1",
                "PYSPARK_GATEWAY_PORT",
                "" + server.getListeningPort(),
                "PYSPARK_GATEWAY_SECRET",
                server.secret(),
                "FATHOM_TEST_FILES",
                files.toString()));
    Process running = python.redirectErrorStream(true).start();
    String told = new String(running.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(running.waitFor()).as(told).isZero();
    return told;
  }

  @Override
  public void close() {
    server.shutdown();
  }
}
