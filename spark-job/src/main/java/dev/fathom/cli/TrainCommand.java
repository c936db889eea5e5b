// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "train",
    description = {
      "Trains both encoders on a dataset: model/, checkpoints/, metrics.jsonl, report.json.",
      "Given again on an output that it was cut off in, it goes on from the last checkpoint."
    },
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
  Optional<String> dataset() {
    return Optional.of(data);
  }

  @Override
  boolean trains() {
    return true;
  }

  @Override
  void run(Job job) {
    job.claimOrResume(output, Map.of("data", data))
        .ifPresent(
            directory -> {
              job.train(data, directory);
              job.report(directory);
            });
  }
}
