// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import org.apache.hadoop.fs.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "measure",
    description =
        "Measures embeddings: intrinsic dimension, retrieval, agreement; report.json and report.html.",
    footer = {"", "Example:", "  fathom measure --embeddings embeddings --output report"})
final class MeasureCommand extends SubCommand {
  @Option(
      names = "--embeddings",
      required = true,
      paramLabel = "DIR",
      description = "Embeddings that embed wrote.")
  private String embeddings;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "DIR",
      description = "Where the reports go.")
  private String output;

  @Override
  void run(Job job) {
    Path directory = job.claim(output, embeddings);
    job.measure(embeddings);
    job.report(directory);
  }
}
