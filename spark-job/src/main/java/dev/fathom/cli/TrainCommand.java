// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import dev.fathom.common.Storage;
import org.apache.hadoop.fs.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "train",
    description =
        "Trains both encoders on a dataset: model/, checkpoints/, metrics.jsonl, report.json.",
    footer = {"", "Example:", "  fathom train --data data --output out --set model.dimension=32"})
final class TrainCommand extends SubCommand {
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
      description = "Where everything goes.")
  private String output;

  @Override
  String source(Storage storage) {
    return sourceOf(data, storage);
  }

  @Override
  void run(Job job) {
    Path directory = job.claim(output);
    job.train(data, directory);
    job.report(directory);
  }
}
