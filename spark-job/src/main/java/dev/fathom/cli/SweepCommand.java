// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import java.util.Map;
import org.apache.hadoop.fs.Path;
import picocli.CommandLine.Command;

@Command(
    name = "sweep",
    description = {
      "Trains, embeds and measures every cell of a grid of settings, each in one thread.",
      "Given again on its output it does the cells that are missing: of a sweep that was cut off, or of a larger grid."
    },
    footer = {
      "",
      "Examples:",
      "  fathom sweep --input gaussian-linear --output out --set sweep.dimensions=[4,7,19,40]",
      "  fathom sweep --data data --output out --set sweep.repeats=5 --set sweep.grid.temperature.mode=[global,fixed]"
    })
final class SweepCommand extends PairsCommand {
  @Override
  void run(Job job) {
    job.requireTestSplit();
    Path directory = job.at(output());
    boolean prepared =
        job.claimOrExtend(
            directory,
            dataset()
                .map(data -> Map.of("data", data))
                .orElseGet(() -> Map.of(Job.INPUT, input().orElseThrow())));
    String dataset = dataset().orElse(new RunFiles(directory).data().toString());
    if (dataset().isEmpty() && !prepared) {
      job.prepareWithin(input().orElseThrow(), dataset);
    }
    job.sweep(dataset, directory);
    job.report(directory);
  }
}
