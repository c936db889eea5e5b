// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import dev.fathom.embed.EmbeddingFormat;
import dev.fathom.error.FathomException;
import dev.fathom.search.Search;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "embed",
    description =
        "Embeds the pairs of a dataset, or new pairs, or one side of them: Parquet with key, split, label, x and y.",
    footer = {
      "",
      "Examples:",
      "  fathom embed --model out/model --data data --output embeddings",
      "  fathom embed --model out/model --input new.tsv --set input.x=file --set input.y=caption --output new",
      "  fathom embed --model out/model --input pictures --side x --output pictures-embedded"
    })
final class EmbedCommand extends SubCommand {
  @Mixin private ModelOption model;

  @ArgGroup(multiplicity = "1")
  private Pairs pairs;

  @Option(
      names = "--side",
      paramLabel = "SIDE",
      description = "x or y: embeds only that side of --input.")
  private Search.Of side;

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
  Optional<String> input() {
    return Optional.ofNullable(pairs.input);
  }

  @Override
  void run(Job job) {
    if (side != null && pairs.input == null) {
      throw FathomException.usage("--side is for --input; a dataset has both sides");
    }
    if (side != null && format != EmbeddingFormat.PARQUET) {
      throw FathomException.usage("--side is for --format parquet; npy has both sides");
    }
    if (pairs.input == null) {
      Map<String, String> inputs = Map.of("data", pairs.data, "model", model.directory());
      job.claim(output, inputs, format)
          .ifPresent(
              directory -> job.embed(model.directory(), pairs.data, directory.toString(), format));
      return;
    }
    Job.NewPairs read =
        new Job.NewPairs(
            model.directory(), pairs.input, Optional.ofNullable(side).map(Search.Of::column));
    job.claim(output, read, format).ifPresent(directory -> job.embed(read, directory, format));
  }
}
