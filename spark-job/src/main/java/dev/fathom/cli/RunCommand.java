// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.fs.Path;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "run",
    description = "The whole way: prepare, train, embed, measure, report.",
    footer = {
      "",
      "Examples:",
      "  fathom run --input gaussian-linear --output out --set model.dimension=10",
      "  fathom run --input pairs.tsv --set input.x=file --set input.y=caption --output out"
    })
final class RunCommand extends SubCommand {
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
  boolean trains() {
    return true;
  }

  @Override
  void run(Job job) {
    whole(job, pairs.input, pairs.data, output);
  }

  /** All stages; prepares {@code input} unless there is a dataset already. */
  static void whole(Job job, String input, String data, String output) {
    job.claimOrResume(output, data != null ? Map.of("data", data) : Map.of(Job.INPUT, input))
        .ifPresent(directory -> whole(job, input, data, directory));
  }

  private static void whole(Job job, String input, String data, Path directory) {
    RunFiles files = new RunFiles(directory);
    String dataset = data != null ? data : files.data().toString();
    if (data == null) {
      job.prepareWithin(input, dataset);
    }
    job.train(dataset, directory);
    String embeddings = files.embeddings().toString();
    job.embed(files.model().toString(), dataset, embeddings);
    job.measure(embeddings, dataset, directory);
    job.report(directory);
  }
}
