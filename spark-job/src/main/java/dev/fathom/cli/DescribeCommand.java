// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fathom.data.DatasetCard;
import dev.fathom.data.DatasetFiles;
import dev.fathom.data.Side;
import dev.fathom.embed.EmbeddingFiles;
import dev.fathom.error.ExitCode;
import dev.fathom.error.FathomException;
import dev.fathom.error.Secrets;
import dev.fathom.files.Storage;
import dev.fathom.output.OutputDirectory;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "describe",
    mixinStandardHelpOptions = true,
    versionProvider = Fathom.Version.class,
    description =
        "Tells what a directory holds: a dataset, a model, embeddings, or the output of a run or a sweep.",
    footer = {"", "Example:", "  fathom describe out"})
final class DescribeCommand implements Callable<Integer> {
  @Parameters(paramLabel = "DIR", description = "A directory that Fathom wrote.")
  private String directory;

  @Spec private CommandSpec spec;

  private final Storage storage = new Storage(new Configuration());
  private PrintWriter out;

  @Override
  public Integer call() {
    out = spec.commandLine().getOut();
    Path path = new Path(directory);
    if (!storage.exists(path)) {
      throw FathomException.data("%s does not exist", directory);
    }
    if (!describe(path)) {
      throw FathomException.data(
          "%s holds nothing that Fathom wrote: no dataset.json, model.json, _embeddings.json or report.json",
          directory);
    }
    return ExitCode.SUCCESS.code();
  }

  private boolean describe(Path path) {
    OutputDirectory output = new OutputDirectory(storage, path);
    boolean known = true;
    if (storage.exists(new DatasetFiles(path).card())) {
      dataset(path);
    } else if (new EmbeddingFiles(storage, path).isCard()) {
      embeddings(path);
    } else if (storage.exists(new Path(path, "model.json"))) {
      model(path);
    } else if (storage.exists(new Path(path, "report.json"))) {
      report(path);
    } else {
      known = output.isUnfinished();
    }
    if (known) {
      line(
          "state",
          output.isComplete()
              ? "complete"
              : output.isUnfinished()
                  ? "unfinished: the same command again goes on or begins anew"
                  : "not marked as complete");
    }
    return known;
  }

  private void dataset(Path path) {
    DatasetFiles files = new DatasetFiles(path);
    DatasetCard card = files.readUnfinishedCard(storage);
    line("what", "a dataset");
    line("pairs from", card.source());
    line("x", side(card.x()));
    line("y", side(card.y()));
    DatasetCard.Counts counts = card.counts();
    line(
        "pairs",
        "%,d: %,d to train, %,d to validate, %,d to test"
            .formatted(counts.kept(), counts.train(), counts.validation(), counts.test()));
    line("rejected", "%,d of %,d rows read".formatted(counts.rejected(), counts.read()));
    card.rejects().forEach((reason, count) -> line("  " + reason, "%,d".formatted(count)));
    line(
        "duplicates",
        "%,d pairs, %,d x, %,d y"
            .formatted(card.duplicates().pairs(), card.duplicates().x(), card.duplicates().y()));
    DatasetFiles.Size size = files.size(storage);
    line("shards", "%,d files, %,d bytes".formatted(size.files(), size.bytes()));
    line("parts", "%,d".formatted(Math.max(1, card.parts().size())));
    line("seed", String.valueOf(card.seed()));
  }

  private static String side(Side side) {
    String shape = side.shape().toString();
    String kind = side.modality().name().toLowerCase(Locale.ROOT) + " " + shape;
    return side.vocabulary().isEmpty()
        ? kind
        : kind + ", %,d words".formatted(side.vocabulary().size());
  }

  private void embeddings(Path path) {
    JsonNode card = storage.readJson(new Path(path, "_embeddings.json"), JsonNode.class);
    line("what", "embeddings");
    fields(card);
    long bytes = 0;
    for (FileStatus file : storage.list(path)) {
      bytes += file.getPath().getName().endsWith(".parquet") ? file.getLen() : 0;
    }
    line("size", "%,d bytes".formatted(bytes));
  }

  private void model(Path path) {
    line("what", "a model, as two Deeplearning4j zips");
    fields(storage.readJson(new Path(path, "model.json"), JsonNode.class));
  }

  private void report(Path path) {
    JsonNode report = storage.readJson(new Path(path, "report.json"), JsonNode.class);
    line("what", "the output of " + report.path("command").asText("a run"));
    show(report, "pairs from", "/data/source");
    show(report, "pairs to train", "/pairs/train");
    show(report, "recall@1, x to y", "/retrieval/xToY/recallAt1");
    show(report, "recall@1, y to x", "/retrieval/yToX/recallAt1");
    show(report, "temperature", "/temperature/final");
    show(report, "shared dimension", "/intrinsicDimension/shared/estimate");
    show(report, "  low", "/intrinsicDimension/shared/low");
    show(report, "  high", "/intrinsicDimension/shared/high");
    show(report, "  known", "/intrinsicDimension/known");
    show(report, "dimension of x", "/intrinsicDimension/x/dimension/estimate");
    show(report, "dimension of y", "/intrinsicDimension/y/dimension/estimate");
    show(report, "width that holds it", "/width/dimension");
    show(report, "recommended width", "/sweep/recommendation/dimension");
    show(report, "cells of the sweep", "/sweep/cells");
    show(report, "seed", "/seed");
    line("report", new Path(path, "report.html").toString());
    for (String part : new String[] {Job.DATA, Job.MODEL, Job.EMBEDDINGS}) {
      if (storage.exists(new Path(path, part))) {
        line("holds", new Path(path, part).toString());
      }
    }
  }

  private void fields(JsonNode card) {
    card.fields()
        .forEachRemaining(
            field -> {
              if (field.getValue().isValueNode() && !field.getValue().isNull()) {
                line(field.getKey(), field.getValue().asText());
              }
            });
  }

  private void show(JsonNode report, String what, String at) {
    JsonNode value = report.at(at);
    if (value.isNumber() || value.isTextual()) {
      line(
          what,
          value.isFloatingPointNumber()
              ? String.format(Locale.ROOT, "%.4g", value.asDouble())
              : value.asText());
    }
  }

  private void line(String what, String value) {
    out.printf("%-22s %s%n", what, Secrets.masked(value));
  }
}
