// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "prepare",
    description =
        "Checks, decodes, normalises and splits pairs, and writes them as Parquet shards.",
    footer = {
      "",
      "Example:",
      "  fathom prepare --input pairs.csv --set input.x=file --set input.y=caption --output data"
    })
final class PrepareCommand extends SubCommand {
  @Option(
      names = "--input",
      required = true,
      paramLabel = "SPEC",
      description =
          "A path (its form is detected), or scenes, gaussian-linear, gaussian-nonlinear.")
  private String input;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "DIR",
      description = "The dataset directory.")
  private String output;

  @Override
  Optional<String> input() {
    return Optional.of(input);
  }

  @Override
  void run(Job job) {
    job.prepare(input, output);
  }
}
