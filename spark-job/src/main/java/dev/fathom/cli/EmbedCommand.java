// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "embed",
    description = "Embeds the pairs of a dataset: Parquet with key, split, label, x and y.",
    footer = {"", "Example:", "  fathom embed --model out/model --data data --output embeddings"})
final class EmbedCommand extends SubCommand {
  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "A model that train wrote.")
  private String model;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description = "A dataset that prepare wrote.")
  private String data;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "DIR",
      description = "Where the embeddings go.")
  private String output;

  @Override
  void run(Job job) {
    job.claim(output, Map.of("data", data, "model", model))
        .ifPresent(directory -> job.embed(model, data, directory.toString()));
  }
}
