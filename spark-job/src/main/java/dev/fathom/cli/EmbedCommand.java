// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import dev.fathom.embed.EmbeddingFormat;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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

  @Mixin private DatasetOption data;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "DIR",
      description = "Where the embeddings go.")
  private String output;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description =
          "parquet, or npy: x.npy and y.npy with keys.txt and labels.txt, line by row; default:"
              + " parquet.")
  private EmbeddingFormat format = EmbeddingFormat.PARQUET;

  @Override
  void run(Job job) {
    Map<String, String> inputs = Map.of("data", data.directory(), "model", model);
    job.claim(output, inputs, format)
        .ifPresent(directory -> job.embed(model, data.directory(), directory.toString(), format));
  }
}
