// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import dev.fathom.settings.Settings;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The options of every subcommand. */
final class JobOptions {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "HOCON file of settings, or a preset: paper-linear, paper-nonlinear, paper-features;"
              + " repeatable, the later wins. conf/reference.conf names every key.")
  private final List<String> files = new ArrayList<>();

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "One setting; repeatable, the later wins, and wins over --config.")
  private final List<String> assignments = new ArrayList<>();

  @Option(
      names = "--master",
      paramLabel = "URL",
      description =
          "Spark master, such as local[2] or spark://HOST:PORT; default: spark-submit's, else local[*].")
  private String master = "";

  @Option(names = "--verbose", description = "Show the stack trace of an error.")
  private boolean verbose;

  /**
   * Reads the settings of a job.
   *
   * @param source source of the pairs; a built-in one brings settings of its own
   * @param first assignments that the user's own override
   */
  Settings settings(String source, List<String> first) {
    List<String> all = new ArrayList<>(first);
    all.addAll(assignments);
    return Settings.of(source, files, all);
  }

  String master() {
    return master;
  }

  boolean verbose() {
    return verbose;
  }
}
