// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "measure",
    description =
        "Measures embeddings: intrinsic dimension, retrieval, agreement; report.json and report.html.",
    footer = {
      "",
      "Examples:",
      "  fathom measure --embeddings out/embeddings --output report",
      "  fathom measure --embeddings clip.npy --output report --set measure.estimators=[all]",
      "  fathom measure --embeddings pairs.parquet --output report --set input.x=image --set input.y=text"
    })
final class MeasureCommand extends SubCommand {
  @Option(
      names = "--embeddings",
      required = true,
      paramLabel = "PATH",
      description =
          "Embeddings: what embed wrote, Parquet with columns of arrays, a .npy or .csv file, an .npz, or a directory of such"
              + " files (--set input.x=NAME --set input.y=NAME).")
  private String embeddings;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "DIR",
      description = "Where the reports go.")
  private String output;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "The dataset that the embeddings are of: the report then shows its pairs, and what the features of two frozen networks"
              + " find without the encoders.")
  private String data;

  @Override
  void run(Job job) {
    Map<String, String> inputs =
        data == null
            ? Map.of("embeddings", embeddings)
            : Map.of("embeddings", embeddings, "data", data);
    job.claim(output, inputs)
        .ifPresent(
            directory -> {
              if (data == null) {
                job.measure(embeddings, directory);
              } else {
                job.measure(embeddings, data, directory);
              }
              job.report(directory);
            });
  }
}
