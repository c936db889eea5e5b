// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import dev.fathom.embed.EmbeddingFormat;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import picocli.CommandLine.Command;

@Command(
    name = "run",
    description = "The whole way: prepare, train, embed, measure, report.",
    footer = {
      "",
      "Examples:",
      "  fathom run --input gaussian-linear --output out --set model.dimension=10",
      "  fathom run --input pairs.tsv --set input.x=file --set input.y=caption --output out"
    })
final class RunCommand extends PairsCommand {
  @Override
  boolean trains() {
    return true;
  }

  @Override
  void run(Job job) {
    dataset()
        .ifPresentOrElse(
            data ->
                job.claimOrResume(output(), Map.of("data", data))
                    .ifPresent(directory -> trained(job, data, directory)),
            () -> whole(job, input().orElseThrow(), output()));
  }

  /** Runs all stages, from pairs that have to be prepared. */
  static void whole(Job job, String input, String output) {
    job.claimOrResume(output, Map.of(Job.INPUT, input))
        .ifPresent(
            directory -> {
              String data = new RunFiles(directory).data().toString();
              job.prepareWithin(input, data);
              trained(job, data, directory);
            });
  }

  private static void trained(Job job, String data, Path directory) {
    RunFiles files = new RunFiles(directory);
    job.train(data, directory);
    String embeddings = files.embeddings().toString();
    job.embed(files.model().toString(), data, embeddings, EmbeddingFormat.PARQUET);
    job.measure(embeddings, data, directory);
    job.report(directory);
  }
}
