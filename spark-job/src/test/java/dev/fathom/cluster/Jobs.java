// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Submits the packaged job, each in a JVM of its own whose output is kept in a directory. */
final class Jobs {
  private static final int MINUTES = 20;
  static final Path JAR = Path.of("target/fathom.jar").toAbsolutePath();

  private final Path directory;
  private final Map<String, String> environment = new LinkedHashMap<>();
  private final Map<String, String> configuration = new LinkedHashMap<>();
  private String flags;
  private String main = "dev.fathom.cli.Fathom";

  Jobs(Path directory) throws IOException {
    this.directory = Files.createDirectories(directory);
    set("spark.driver.host", SparkJvm.LOOPBACK);
    set("spark.driver.bindAddress", SparkJvm.LOOPBACK);
    set("spark.ui.enabled", "false");
    set("spark.executor.memory", "1g");
    set("spark.driver.memory", "1g");
    set("spark.driver.extraJavaOptions", SparkJvm.OPENED);
    set("spark.local.dir", local().toString());
  }

  /** Sets the flags of the JVMs that follow, in place of those that start quickly. */
  Jobs flags(String between) {
    flags = between;
    return set("spark.executor.extraJavaOptions", SparkJvm.OPENED + " " + between);
  }

  /** What Spark uses for its scratch files; a job that has ended leaves none there. */
  Path local() {
    return directory.resolve("local");
  }

  /** Sets a property of Spark for all that follow. */
  Jobs set(String key, String value) {
    configuration.put(key, value);
    return this;
  }

  /** Sets a variable of the environment for all that follow. */
  Jobs export(String name, String value) {
    environment.put(name, value);
    return this;
  }

  /** Sets the class that is run, in place of the command line. */
  Jobs main(Class<?> program) {
    main = program.getName();
    return this;
  }

  /** Submits one. */
  Job submit(String master, List<String> command) throws Exception {
    if (flags == null) {
      flags(QuickStart.flags());
    }
    List<String> options = new ArrayList<>(List.of("--class", main, "--master", master));
    configuration.forEach((key, value) -> options.addAll(List.of("--conf", key + "=" + value)));
    return submit(directory, flags, environment, List.of(), options, command);
  }

  /** Submits one to this machine, with nothing said of addresses. */
  static Job submitAsItComes(Path directory, List<String> command) throws Exception {
    return submit(
        directory,
        QuickStart.flags(),
        Map.of(),
        List.of("env", "-u", "SPARK_LOCAL_IP"),
        List.of("--class", "dev.fathom.cli.Fathom", "--master", "local[2]"),
        command);
  }

  private static Job submit(
      Path directory,
      String flags,
      Map<String, String> environment,
      List<String> before,
      List<String> options,
      List<String> command)
      throws IOException {
    List<String> arguments = new ArrayList<>(options);
    arguments.add(JAR.toString());
    arguments.addAll(command);
    Path log = directory.resolve("job-" + System.nanoTime() + ".log");
    return new Job(
        SparkJvm.start(
            log, flags, environment, before, "org.apache.spark.deploy.SparkSubmit", arguments),
        log);
  }

  /** One that was submitted. */
  record Job(Process process, Path log) {
    /** Waits for its good end. */
    void finish() throws InterruptedException {
      assertThat(end()).as(this::output).isZero();
    }

    /** Waits for its good end, and tells how long it took since a fault. */
    void finishAfter(String fault, long start) throws InterruptedException {
      finish();
      System.out.printf("%.1f s to the end after %s%n", (System.nanoTime() - start) * 1e-9, fault);
    }

    /** Waits for its end, and gives its exit code. */
    int end() throws InterruptedException {
      assertThat(process.waitFor(MINUTES, TimeUnit.MINUTES)).as(this::output).isTrue();
      return process.exitValue();
    }

    /** Waits until something is so, while it runs. */
    void await(Condition condition) throws Exception {
      long start = System.nanoTime();
      while (!condition.holds()) {
        assertThat(process.isAlive()).as(this::output).isTrue();
        assertThat(System.nanoTime() - start)
            .as(this::output)
            .isLessThan(TimeUnit.MINUTES.toNanos(MINUTES));
        // Asking takes time of the cores that it works on.
        TimeUnit.MILLISECONDS.sleep(100);
      }
    }

    /** Kills it. */
    void kill() throws InterruptedException {
      SparkJvm.kill(process);
      process.waitFor();
    }

    /** What it said. */
    String output() {
      try (Stream<String> lines = Files.lines(log)) {
        return String.join("\n", lines.toList());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Something to wait for. */
  interface Condition {
    /** Whether it is so. */
    boolean holds() throws Exception;
  }
}
