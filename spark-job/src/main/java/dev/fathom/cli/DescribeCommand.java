// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fathom.data.Backbone;
import dev.fathom.data.DatasetCard;
import dev.fathom.data.DatasetFiles;
import dev.fathom.data.Side;
import dev.fathom.embed.EmbeddingFiles;
import dev.fathom.error.ExitCode;
import dev.fathom.error.FathomException;
import dev.fathom.error.Secrets;
import dev.fathom.export.Export;
import dev.fathom.files.Storage;
import dev.fathom.measure.Metric;
import dev.fathom.model.ModelFiles;
import dev.fathom.output.OutputDirectory;
import dev.fathom.report.ReportFiles;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
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
        "Tells what a directory holds: a dataset, a model, embeddings, or the output of a run or a"
            + " sweep.",
    footer = {"", "Example:", "  fathom describe out"})
final class DescribeCommand implements Callable<Integer> {
  @Parameters(paramLabel = "DIR", description = "A directory that Fathom wrote.")
  private String directory;

  @Spec private CommandSpec spec;

  private Storage storage;
  private PrintWriter out;

  @Override
  public Integer call() {
    storage = PlainFiles.storage();
    out = spec.commandLine().getOut();
    Path path = new Path(directory);
    if (!storage.exists(path)) {
      throw FathomException.data("%s does not exist", directory);
    }
    if (!describe(path)) {
      throw FathomException.data(
          "%s holds nothing that Fathom wrote: no dataset.json, model.json, _embeddings.json or"
              + " report.json",
          directory);
    }
    return ExitCode.SUCCESS.code();
  }

  private boolean describe(Path path) {
    OutputDirectory output = new OutputDirectory(storage, path);
    boolean known = true;
    if (storage.exists(new DatasetFiles(path).card())) {
      dataset(path);
    } else if (storage.exists(new EmbeddingFiles(storage, path).card())) {
      embeddings(path);
    } else if (storage.exists(new ModelFiles(storage, path).card())) {
      model(path);
    } else if (storage.exists(new ReportFiles(storage, path).json())) {
      report(path);
    } else if (storage.exists(new EmbeddingFiles(storage, path).npyCard())) {
      line("what", "embeddings as NumPy matrices");
      fields(storage.readJson(new EmbeddingFiles(storage, path).npyCard(), JsonNode.class));
    } else if (storage.exists(Export.card(path))) {
      line("what", "an exported model");
      fields(storage.readJson(Export.card(path), JsonNode.class));
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
    if (side.frozen().isPresent()) {
      Backbone network = side.frozen().get();
      return kind + ", features by %s, SHA-256 %s".formatted(network.path(), network.sha256());
    }
    return side.vocabulary().isEmpty()
        ? kind
        : kind + ", %,d words".formatted(side.vocabulary().size());
  }

  private void embeddings(Path path) {
    JsonNode card = storage.readJson(new EmbeddingFiles(storage, path).card(), JsonNode.class);
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
    fields(storage.readJson(new ModelFiles(storage, path).card(), JsonNode.class));
  }

  private void report(Path path) {
    ReportFiles files = new ReportFiles(storage, path);
    JsonNode report = files.readJson();
    line("what", "the output of " + report.path("command").asText("a run"));
    show(report, "pairs from", "/data/source");
    show(report, "pairs to train", "/pairs/train");
    show(report, Metric.RECALL_AT_1_X_TO_Y);
    show(report, Metric.RECALL_AT_1_Y_TO_X);
    show(report, Metric.TEMPERATURE);
    show(report, Metric.SHARED_DIMENSION);
    show(report, "  low", Metric.SHARED_DIMENSION_LOW);
    show(report, "  high", Metric.SHARED_DIMENSION_HIGH);
    show(report, "  known", "/intrinsicDimension/known");
    show(report, Metric.DIMENSION_X);
    show(report, Metric.DIMENSION_Y);
    show(report, "width that holds it", "/width/dimension");
    show(report, "recommended width", "/sweep/recommendation/dimension");
    show(report, "cells of the sweep", "/sweep/cells");
    show(report, "seed", "/seed");
    line("report", files.html().toString());
    RunFiles run = new RunFiles(path);
    for (Path part : List.of(run.data(), run.model(), run.embeddings())) {
      if (storage.exists(part)) {
        line("holds", part.toString());
      }
    }
  }

  private void fields(JsonNode card) {
    card.fields()
        .forEachRemaining(
            field -> {
              JsonNode value = field.getValue();
              if (value.isValueNode() && !value.isNull()) {
                line(field.getKey(), value.asText());
              } else if (value.path(0).isNumber()) {
                List<String> numbers = new ArrayList<>();
                value.forEach(number -> numbers.add(number.asText()));
                line(field.getKey(), String.join(", ", numbers));
              }
            });
  }

  private void show(JsonNode report, Metric metric) {
    show(report, metric.label(), metric);
  }

  private void show(JsonNode report, String what, Metric metric) {
    metric.in(report).ifPresent(value -> line(what, number(value)));
  }

  private void show(JsonNode report, String what, String at) {
    JsonNode value = report.at(at);
    if (value.isNumber() || value.isTextual()) {
      line(what, value.isFloatingPointNumber() ? number(value.asDouble()) : value.asText());
    }
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.4g", value);
  }

  private void line(String what, String value) {
    out.printf("%-22s %s%n", what, Secrets.masked(value));
  }
}
