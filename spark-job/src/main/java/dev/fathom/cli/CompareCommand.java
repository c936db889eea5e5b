// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fathom.error.ExitCode;
import dev.fathom.error.FathomException;
import dev.fathom.error.Secrets;
import dev.fathom.files.Storage;
import dev.fathom.measure.Metric;
import dev.fathom.output.OutputDirectory;
import dev.fathom.report.ReportFiles;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import org.apache.hadoop.fs.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "compare",
    mixinStandardHelpOptions = true,
    versionProvider = Fathom.Version.class,
    description =
        "Holds a run to an earlier one: ends with exit code 5 where the dimension or the retrieval"
            + " has moved too far.",
    footer = {
      "",
      "Example:",
      "  fathom compare --before out/dt=2026-11-22 --after out/dt=2026-11-23 --dimension 0.5"
          + " --retrieval 0.05"
    })
final class CompareCommand implements Callable<Integer> {
  private static final String LINE = "%-22s %10s %10s%n";

  @Option(
      names = "--before",
      required = true,
      paramLabel = "DIR",
      description = "The earlier output.")
  private String before;

  @Option(names = "--after", required = true, paramLabel = "DIR", description = "The later output.")
  private String after;

  @Option(
      names = "--dimension",
      paramLabel = "NUMBER",
      description = "How far the shared dimension may move; default: ${DEFAULT-VALUE}.")
  private double dimension = 0.5;

  @Option(
      names = "--retrieval",
      paramLabel = "SHARE",
      description = "How far recall@1 may fall, in either direction; default: ${DEFAULT-VALUE}.")
  private double retrieval = 0.05;

  @Option(
      names = "--first-passes",
      description =
          "Where there is no earlier output there is nothing to hold to, and that is fine.")
  private boolean firstPasses;

  @Spec private CommandSpec spec;

  private Storage storage;

  @Override
  public Integer call() {
    storage = PlainFiles.storage();
    PrintWriter out = spec.commandLine().getOut();
    JsonNode later = report(after);
    if (firstPasses && !storage.exists(new Path(before))) {
      out.printf("%s is not there: this is the first run%n", Secrets.masked(before));
      return ExitCode.SUCCESS.code();
    }
    JsonNode earlier = report(before);
    Map<Metric, Double> most = new LinkedHashMap<>();
    most.put(Metric.SHARED_DIMENSION, dimension);
    most.put(Metric.RECALL_AT_1_X_TO_Y, retrieval);
    most.put(Metric.RECALL_AT_1_Y_TO_X, retrieval);
    List<String> moved = new ArrayList<>();
    out.printf(LINE, "", "before", "after");
    most.forEach(
        (metric, may) -> {
          out.printf(LINE, metric.label(), written(metric, earlier), written(metric, later));
          moved(metric, earlier, later, may).ifPresent(moved::add);
        });
    if (!moved.isEmpty()) {
      throw FathomException.of(ExitCode.MOVED, "%s: %s", after, String.join("; ", moved));
    }
    return ExitCode.SUCCESS.code();
  }

  private JsonNode report(String directory) {
    Path path = new Path(directory);
    if (!new OutputDirectory(storage, path).isComplete()) {
      throw FathomException.data(
          "%s is not the output of a run that is complete: it has no %s",
          directory, OutputDirectory.SUCCESS);
    }
    return new ReportFiles(storage, path).readJson();
  }

  /** Returns a message if a metric has changed by more than allowed. */
  private static Optional<String> moved(
      Metric metric, JsonNode earlier, JsonNode later, double may) {
    OptionalDouble was = metric.in(earlier);
    OptionalDouble is = metric.in(later);
    if (was.isPresent() != is.isPresent()) {
      return Optional.of(
          "the %s was %s and is %s"
              .formatted(metric.label(), written(metric, earlier), written(metric, later)));
    }
    return was.isPresent() && metric.worsening(was.getAsDouble(), is.getAsDouble()) > may
        ? Optional.of(
            "the %s moved from %s to %s, and may by %s"
                .formatted(metric.label(), written(metric, earlier), written(metric, later), may))
        : Optional.empty();
  }

  private static String written(Metric metric, JsonNode report) {
    OptionalDouble value = metric.in(report);
    return value.isPresent() ? String.format(Locale.ROOT, "%.3f", value.getAsDouble()) : "none";
  }
}
