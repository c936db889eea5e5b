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
      "Examples:",
      "  fathom prepare --input pairs.csv --set input.x=file --set input.y=caption --output data",
      "  fathom prepare --input 'shards/*.tar' --output data --set image.size=64",
      "  fathom prepare --input 'shards/day2/*.tar' --output data --set image.size=64 --append"
    })
final class PrepareCommand extends SubCommand {
  @Option(
      names = "--input",
      required = true,
      paramLabel = "SPEC",
      description =
          "A path or a pattern of paths (the form is detected), or scenes, gaussian-linear, gaussian-nonlinear.")
  private String input;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "DIR",
      description = "The dataset directory.")
  private String output;

  @Option(
      names = "--append",
      description =
          "Add the pairs to the dataset that is there; its vocabulary and normalisation stay.")
  private boolean append;

  @Override
  Optional<String> input() {
    return Optional.of(input);
  }

  @Override
  void run(Job job) {
    job.prepare(input, output, append);
  }
}
