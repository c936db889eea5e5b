// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.fathom.error.ExitCode;
import dev.fathom.error.FathomException;
import dev.fathom.error.Printable;
import dev.fathom.error.Secrets;
import dev.fathom.files.Json;
import dev.fathom.search.Query;
import dev.fathom.search.Search;
import dev.fathom.search.SearchResult;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "search",
    mixinStandardHelpOptions = true,
    versionProvider = Fathom.Version.class,
    description = "Finds the embeddings nearest to a text or a picture, by looking at all of them.",
    footer = {
      "",
      "Examples:",
      "  fathom search --model out/model --embeddings out/embeddings --query \"a red bird\"",
      "  fathom search --model out/model --embeddings out/embeddings --image bird.png --k 3 --json"
    })
final class SearchCommand implements Callable<Integer> {
  private static final int MOST = 10_000;

  @Mixin private ModelOption model;
  @Mixin private MovedNetworks networks;

  @Option(
      names = "--embeddings",
      required = true,
      paramLabel = "DIR",
      description = "Embeddings that embed or run made with this model.")
  private String embeddings;

  @ArgGroup(multiplicity = "1")
  private Asked asked;

  /** The query: a text or a picture. */
  static final class Asked {
    @Option(
        names = "--query",
        required = true,
        paramLabel = "TEXT",
        description = "A text to look for.")
    private String text;

    @Option(
        names = "--image",
        required = true,
        paramLabel = "FILE",
        description = "A picture to look for.")
    private String image;
  }

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "The dataset of the embeddings, whose captions and paths are shown; default: data/ beside"
              + " them.")
  private String data;

  @Option(
      names = "--side",
      paramLabel = "SIDE",
      description = "Which side is searched, x or y; default: the one that the query is not of.")
  private Search.Of side;

  @Option(
      names = "--k",
      paramLabel = "NUMBER",
      description = "How many pairs are printed; default: ${DEFAULT-VALUE}.")
  private int k = 10;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    if (k < 1 || k > MOST) {
      throw FathomException.usage("--k %d is outside 1 to %d", k, MOST);
    }
    Search search =
        new Search(PlainFiles.storage(), k)
            .networks(networks.settings())
            .model(model.directory())
            .embeddings(embeddings);
    if (data != null) {
      search.data(data);
    }
    Query query = asked.text == null ? Query.picture(asked.image) : Query.text(asked.text);
    SearchResult result = side == null ? search.execute(query) : search.execute(query, side);
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(Secrets.masked(written(result)));
    } else {
      table(result, out);
    }
    return ExitCode.SUCCESS.code();
  }

  private static String written(SearchResult result) {
    try {
      return Json.mapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(result);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void table(SearchResult result, PrintWriter out) {
    int keys = result.hits().stream().mapToInt(hit -> shown(hit.key()).length()).max().orElse(0);
    String line = "%4s  %10s  %-" + Math.max(3, keys) + "s  %s%n";
    out.printf(line, "rank", "similarity", "key", "x | y");
    for (SearchResult.Hit hit : result.hits()) {
      out.printf(
          line,
          hit.rank(),
          String.format(Locale.ROOT, "%.4f", hit.similarity()),
          shown(hit.key()),
          shown(hit.x().orElse("")) + " | " + shown(hit.y().orElse("")));
    }
  }

  private static String shown(String text) {
    return Printable.line(Secrets.masked(text));
  }
}
