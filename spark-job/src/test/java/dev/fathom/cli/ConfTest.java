// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fathom.error.Secrets;
import dev.fathom.settings.Settings;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.internal.config.ConfigEntry;
import org.apache.spark.sql.internal.SQLConf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The files of conf/ against each other and against what they set. */
class ConfTest {
  private static final Path ROOT = Path.of("..");
  private static final Path DEFAULTS = ROOT.resolve("conf/spark-defaults.conf");

  /** Keys that go on to others, or that only what is no dependency knows. */
  private static final Pattern PASSED_ON =
      Pattern.compile(
          "spark\\.((executorEnv|yarn|kubernetes|metrics\\.conf)\\..+|(driver|executor)\\.defaultJavaOptions)");

  static Stream<Path> properties() throws IOException {
    try (Stream<Path> examples = Files.list(ROOT.resolve("conf/examples"))) {
      return Stream.concat(Stream.of(DEFAULTS), examples.toList().stream());
    }
  }

  @ParameterizedTest
  @MethodSource("properties")
  void aFileOfPropertiesHoldsKeysThatSparkOrHadoopKnows(Path file) throws IOException {
    // Spark knows its keys once the classes are there that name them.
    assertThat(org.apache.spark.internal.config.package$.MODULE$).isNotNull();
    assertThat(SQLConf.get()).isNotNull();
    Properties properties = load(file);

    assertThat(properties).isNotEmpty();
    for (String key : properties.stringPropertyNames()) {
      assertThat(isKnown(key)).as(key).isTrue();
      assertThat(properties.getProperty(key)).as(key).isNotBlank().doesNotContain(" #");
      assertThat(Secrets.masked(properties.getProperty(key)))
          .isEqualTo(properties.getProperty(key));
    }
    assertThat(Files.readAllLines(file).stream().filter(line -> line.startsWith("spark.")))
        .as("each key stands there once")
        .hasSize(properties.size());
  }

  private static boolean isKnown(String key) {
    String hadoop = "spark.hadoop.";
    return key.startsWith(hadoop)
        ? new Configuration().get(key.substring(hadoop.length())) != null
        : PASSED_ON.matcher(key).matches() || ConfigEntry.findEntry(key) != null;
  }

  @Test
  void theSamePackagesAreOpenedEverywhere() throws IOException {
    Properties defaults = load(DEFAULTS);
    List<String> opened =
        opened(
            group(
                "<spark.addOpens>(.*)</spark.addOpens>",
                Files.readString(ROOT.resolve("pom.xml"))));

    assertThat(opened).hasSizeGreaterThan(10).doesNotHaveDuplicates();
    for (String side : List.of("driver", "executor")) {
      String options = defaults.getProperty("spark." + side + ".extraJavaOptions");
      assertThat(opened(options)).isEqualTo(opened);
      assertThat(options).contains("-XX:+IgnoreUnrecognizedVMOptions");
    }
    assertThat(
            group("(?s)\\nopens=\\((.*?)\\)", Files.readString(ROOT.resolve("fathom")))
                .split("\\s+"))
        .containsExactlyElementsOf(opened);
    String dag = Files.readString(ROOT.resolve("conf/airflow/fathom_dag.py"));
    assertThat(all("\"([a-z.]+)\"", group("(?s)\\nOPENED = \\[(.*?)\\]", dag))).isEqualTo(opened);
  }

  private static List<String> opened(String options) {
    return all("--add-opens=java\\.base/([a-z.]+)=ALL-UNNAMED", options);
  }

  @Test
  void everySettingThatACommandInAFileNamesIsAKey() throws IOException {
    List<Path> files = new ArrayList<>(properties().toList());
    files.add(ROOT.resolve("README.md"));
    try (Stream<Path> documents = Files.list(ROOT.resolve("docs"))) {
      files.addAll(documents.filter(Files::isRegularFile).toList());
    }
    List<String> named = new ArrayList<>();
    for (Path file : files) {
      named.addAll(all("--set '?([A-Za-z.]+)=", Files.readString(file)));
    }

    assertThat(named).hasSizeGreaterThan(20).contains("training.workers");
    named.remove("KEY");
    assertThat(named)
        .allMatch(key -> Settings.keys().contains(key) || key.startsWith("sweep.grid."));
  }

  private static Properties load(Path file) throws IOException {
    Properties properties = new Properties();
    try (Reader in = Files.newBufferedReader(file)) {
      properties.load(in);
    }
    return properties;
  }

  private static String group(String pattern, String text) {
    return all(pattern, text).get(0);
  }

  private static List<String> all(String pattern, String text) {
    return Pattern.compile(pattern)
        .matcher(text)
        .results()
        .map((MatchResult found) -> found.group(1))
        .toList();
  }
}
