// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** Starts the script that users start, over what the build has packaged. */
final class Launcher {
  static final Path CHECKOUT = Path.of("..").toAbsolutePath().normalize();
  private static final int MINUTES = 5;

  private final Path directory;
  private final Map<String, String> environment = new LinkedHashMap<>();
  private List<String> before = List.of();

  /**
   * @param directory for what commands say
   */
  Launcher(Path directory) {
    this.directory = directory;
  }

  /** How a command ended. */
  record Ended(int code, String out, String err) {}

  /** Variables over those of this process, for all that follow. */
  Map<String, String> environment() {
    return environment;
  }

  /** Words of a command that is to start it. */
  Launcher within(String... words) {
    before = List.of(words);
    return this;
  }

  /** Runs a command of this checkout. */
  Ended run(String... command) throws Exception {
    return run(CHECKOUT, command);
  }

  /** Runs a command. */
  Ended run(Path checkout, String... command) throws Exception {
    return start(checkout, command).end();
  }

  /** Runs a script of bash that starts one itself. */
  Ended runScript(Path script, String... arguments) throws Exception {
    return start(List.of("bash", script.toString()), arguments).end();
  }

  /** Starts a command. */
  Running start(Path checkout, String... command) throws IOException {
    return start(List.of(checkout.resolve("fathom").toString()), command);
  }

  private Running start(List<String> program, String... arguments) throws IOException {
    List<String> all = new ArrayList<>(before);
    all.addAll(program);
    all.addAll(Arrays.asList(arguments));
    long number = System.nanoTime();
    Path out = directory.resolve("stdout-" + number);
    Path err = directory.resolve("stderr-" + number);
    ProcessBuilder builder =
        new ProcessBuilder(all).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().keySet().removeIf(name -> name.matches("SPARK_.*|HADOOP_.*|MASTER"));
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().putAll(environment);
    return new Running(builder.start(), out, err);
  }

  /** A command that was started. */
  record Running(Process process, Path out, Path err) {
    /** Waits until it has said something. */
    void awaitSaid(String what) throws Exception {
      await(() -> said(err).contains(what));
    }

    /** Waits until something is so, while it runs. */
    void await(Callable<Boolean> condition) throws Exception {
      while (!condition.call()) {
        assertThat(process.isAlive()).as(said(err)).isTrue();
        TimeUnit.MILLISECONDS.sleep(20);
      }
    }

    /** Sends a signal to it. */
    Running signal(String name) throws Exception {
      new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
      return this;
    }

    Ended end() throws Exception {
      try {
        assertThat(process.waitFor(MINUTES, TimeUnit.MINUTES)).as(said(err)).isTrue();
      } finally {
        process.destroyForcibly();
      }
      return new Ended(process.exitValue(), said(out), said(err));
    }

    private static String said(Path file) throws IOException {
      return Files.readString(file, StandardCharsets.UTF_8);
    }
  }
}
