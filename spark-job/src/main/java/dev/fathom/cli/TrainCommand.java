// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "train",
    description = {
      "Trains both encoders on a dataset: model/, checkpoints/, metrics.jsonl, report.json.",
      "Given again on an output that it was cut off in, it goes on from the last checkpoint."
    },
    footer = {"", "Example:", "  fathom train --data data --output out --set model.dimension=32"})
final class TrainCommand extends SubCommand {
  @Mixin private DatasetOption data;

  @Mixin private OutputOption output;

  @Override
  Optional<String> dataset() {
    return Optional.of(data.directory());
  }

  @Override
  boolean trains() {
    return true;
  }

  @Override
  void run(Job job) {
    job.claimOrResume(output.directory(), Map.of("data", data.directory()))
        .ifPresent(
            directory -> {
              job.train(data.directory(), directory);
              job.report(directory);
            });
  }
}
