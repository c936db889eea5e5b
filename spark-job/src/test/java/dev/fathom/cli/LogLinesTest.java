// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fathom.monitoring.LogContext;
import dev.fathom.testing.LocalSpark;
import java.io.Reader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.function.Consumer;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.WriterAppender;
import org.apache.logging.log4j.core.config.Configuration;
import org.apache.logging.log4j.core.config.LoggerConfig;
import org.apache.logging.log4j.core.layout.PatternLayout;
import org.apache.spark.SparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Lines of the log as conf/log4j2.properties writes them, of the driver and of executors' tasks.
 */
class LogLinesTest {
  private static final String TASKS = "org.apache.spark.executor.Executor";
  private static final String RUN = "\\d\\d:\\d\\d:\\d\\d local-\\d+  ";

  @TempDir private Path directory;

  @Test
  void everyLineOfARunNamesItAndThoseOfATrainingTheRound() throws Exception {
    List<String> lines =
        logged(
            List.of("dev.fathom", TASKS),
            () ->
                Commands.succeed(
                    new String[] {
                      "--set", "input.pairs=600",
                      "--set", "training.epochs=2",
                      "--set", "training.batchSize=64",
                      "--set", "training.workers=2",
                      "--set", "model.dimension=6"
                    },
                    "run",
                    "--input",
                    "gaussian-linear",
                    "--output",
                    directory.resolve("out").toString()));
    int rounds = Files.readAllLines(directory.resolve("out/metrics.jsonl")).size();

    assertThat(lines)
        .allMatch(line -> line.matches(RUN + ".+"))
        .anyMatch(line -> line.matches(RUN + "prepare decode gaussian-linear"))
        .anyMatch(line -> line.matches(RUN + "Running task .+"))
        .anyMatch(line -> line.matches(RUN + "round 1  Running task .+"))
        .anyMatch(line -> line.matches(RUN + "round " + rounds + "  Running task .+"))
        .anyMatch(line -> line.matches(RUN + "round " + rounds + "  train   " + rounds + " r.+"))
        .anyMatch(line -> line.matches(RUN + "measure .+ embeddings"));
    assertThat(lines.get(lines.size() - 1)).doesNotContain("round");
    assertThat(MDC.getCopyOfContextMap()).isNullOrEmpty();
  }

  @Test
  void aLineOutsideARunIsPlain() throws Exception {
    assertThat(
            logged(
                List.of("dev.fathom"),
                () -> LoggerFactory.getLogger("dev.fathom.Any").info("so it is")))
        .singleElement()
        .asString()
        .matches("\\d\\d:\\d\\d:\\d\\d so it is");
  }

  @Test
  void aPasswordInAUriIsMaskedWhoeverTellsOfIt() throws Exception {
    assertThat(
            logged(
                List.of(TASKS),
                () -> LoggerFactory.getLogger(TASKS).info("no ftp://me:HIDDEN@host:21/x:y@z")))
        .singleElement()
        .asString()
        .endsWith(" no ftp://***@host:21/x:y@z");
  }

  @Test
  void anotherThreadsLinesCarryWhatWasHandedToItWhileItDoesThat() throws Exception {
    SparkContext spark = LocalSpark.session().sparkContext();
    List<String> seen = new ArrayList<>();
    LogContext.ROUND.set(spark, "7");
    Consumer<String> carried = LogContext.carried(key -> seen.add(MDC.get(key)));
    LogContext.ROUND.clear(spark);

    Thread other =
        new Thread(
            () -> {
              carried.accept("mdc.round");
              seen.add(MDC.get("mdc.round"));
            });
    other.start();
    other.join();

    assertThat(seen).containsExactly("7", null);
    assertThat(spark.getLocalProperty("mdc.round")).isNull();
  }

  /** What these loggers write while something is done. */
  private static List<String> logged(List<String> loggers, Runnable action) throws Exception {
    Properties file = new Properties();
    try (Reader in = Files.newBufferedReader(Path.of("../conf/log4j2.properties"))) {
      file.load(in);
    }
    LoggerContext context = (LoggerContext) LogManager.getContext(false);
    Configuration configuration = context.getConfiguration();
    StringWriter written = new StringWriter();
    WriterAppender appender =
        WriterAppender.createAppender(
            PatternLayout.newBuilder()
                .withConfiguration(configuration)
                .withPattern(file.getProperty("appender.console.layout.pattern"))
                .build(),
            null,
            written,
            "kept",
            false,
            true);
    appender.start();
    for (String name : loggers) {
      LoggerConfig logger = new LoggerConfig(name, Level.INFO, false);
      logger.addAppender(appender, null, null);
      configuration.addLogger(name, logger);
    }
    context.updateLoggers();
    try {
      action.run();
    } finally {
      loggers.forEach(configuration::removeLogger);
      context.updateLoggers();
    }
    // Spark tells of the blocks that a task holds in lines of their own.
    return written.toString().lines().filter(line -> !line.startsWith("[rdd_")).toList();
  }
}
