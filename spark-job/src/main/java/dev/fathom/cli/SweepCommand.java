// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.fs.Path;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

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
final class SweepCommand extends SubCommand {
  @ArgGroup(multiplicity = "1")
  private Pairs pairs;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "DIR",
      description = "Where everything goes.")
  private String output;

  @Override
  Optional<String> input() {
    return Optional.ofNullable(pairs.input);
  }

  @Override
  Optional<String> dataset() {
    return Optional.ofNullable(pairs.data);
  }

  @Override
  void run(Job job) {
    Path directory = job.at(output);
    boolean prepared =
        job.claimOrExtend(
            directory,
            pairs.data != null ? Map.of("data", pairs.data) : Map.of(Job.INPUT, pairs.input));
    String dataset = pairs.data != null ? pairs.data : new RunFiles(directory).data().toString();
    if (pairs.data == null && !prepared) {
      job.prepareWithin(pairs.input, dataset);
    }
    job.sweep(dataset, directory);
    job.report(directory);
  }
}
