// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import dev.fathom.error.FathomException;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "width",
    description =
        "Tells how wide embeddings have to be: retrieval against width for truncation, principal axes, canonical"
            + " correlation and random projection, as floats, bytes and bits; without training.",
    footer = {
      "",
      "Examples:",
      "  fathom width --embeddings out/embeddings --output widths",
      "  fathom width --embeddings clip.npy --output widths --loss 0.02",
      "  fathom width --embeddings pairs.parquet --output widths --set input.x=image --set input.y=text --set measure.maxPoints=100000"
    })
final class WidthCommand extends SubCommand {
  @Option(
      names = "--embeddings",
      required = true,
      paramLabel = "PATH",
      description = "Embeddings of one side or of two, in any form that measure takes.")
  private String embeddings;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "DIR",
      description = "Where the reports go.")
  private String output;

  @Option(
      names = "--loss",
      paramLabel = "SHARE",
      defaultValue = "0.01",
      description =
          "What may be lost of recall@10 (two sides), or of the ten nearest neighbours (one side): 0.01.")
  private double loss;

  @Override
  void run(Job job) {
    if (!(loss >= 0 && loss < 1)) {
      throw FathomException.usage("--loss %s is no share from 0 up to 1", loss);
    }
    job.claim(output, Map.of("embeddings", embeddings), loss)
        .ifPresent(
            directory -> {
              job.width(embeddings, loss);
              job.report(directory);
            });
  }
}
