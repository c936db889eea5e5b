// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fathom.error.ExitCode;
import dev.fathom.error.FathomException;
import dev.fathom.error.Secrets;
import dev.fathom.files.Storage;
import dev.fathom.output.OutputDirectory;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
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
        "Holds a run to an earlier one: ends with exit code 5 where the dimension or the retrieval has moved too far.",
    footer = {
      "",
      "Example:",
      "  fathom compare --before out/dt=2026-11-22 --after out/dt=2026-11-23 --dimension 0.5 --retrieval 0.05"
    })
final class CompareCommand implements Callable<Integer> {
  private static final String DIMENSION = "/intrinsicDimension/shared/estimate";
  private static final String X_TO_Y = "/retrieval/xToY/recallAt1";
  private static final String Y_TO_X = "/retrieval/yToX/recallAt1";

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

  private final Storage storage = new Storage(new Configuration());

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    JsonNode later = report(after);
    if (firstPasses && !storage.exists(new Path(before))) {
      out.printf("%s is not there: this is the first run%n", Secrets.masked(before));
      return ExitCode.SUCCESS.code();
    }
    JsonNode earlier = report(before);
    List<String> moved = new ArrayList<>();
    out.printf("%-22s %10s %10s%n", "", "before", "after");
    compare(out, "shared dimension", earlier, later, DIMENSION, dimension, false, moved);
    compare(out, "recall@1, x to y", earlier, later, X_TO_Y, retrieval, true, moved);
    compare(out, "recall@1, y to x", earlier, later, Y_TO_X, retrieval, true, moved);
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
    return storage.readJson(new Path(path, "report.json"), JsonNode.class);
  }

  private static void compare(
      PrintWriter out,
      String what,
      JsonNode earlier,
      JsonNode later,
      String at,
      double most,
      boolean onlyDown,
      List<String> moved) {
    JsonNode was = earlier.at(at);
    JsonNode is = later.at(at);
    out.printf("%-22s %10s %10s%n", what, written(was), written(is));
    if (was.isNumber() != is.isNumber()) {
      moved.add("the %s was %s and is %s".formatted(what, written(was), written(is)));
    } else if (was.isNumber()) {
      double change = is.asDouble() - was.asDouble();
      if ((onlyDown ? -change : Math.abs(change)) > most) {
        moved.add(
            String.format(
                Locale.ROOT,
                "the %s moved from %s to %s, and may by %s",
                what,
                written(was),
                written(is),
                most));
      }
    }
  }

  private static String written(JsonNode value) {
    return value.isNumber() ? String.format(Locale.ROOT, "%.3f", value.asDouble()) : "none";
  }
}
