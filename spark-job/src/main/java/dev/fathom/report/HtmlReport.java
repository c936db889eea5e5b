// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.report;

import dev.fathom.evaluate.Retrieval;
import dev.fathom.intrinsic.DimensionEstimate;
import dev.fathom.intrinsic.DimensionResult;
import dev.fathom.intrinsic.ScaleEstimate;
import dev.fathom.intrinsic.Spectrum;
import dev.fathom.measure.MeasureResult;
import dev.fathom.sweep.SweepPoint;
import dev.fathom.sweep.SweepResult;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.text.StringEscapeUtils;

/** A run as one self-contained page. Every value is escaped on its way in. */
final class HtmlReport {
  private static final String STYLE =
      """
      :root { color-scheme: light dark; font-family: system-ui, sans-serif; line-height: 1.5; }
      body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
      h1 { font-size: 1.6rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
      .headline { font-size: 1.15rem; }
      .scroll { overflow-x: auto; }
      table { border-collapse: collapse; }
      th, td { text-align: right; padding: .25rem .8rem; border-bottom: 1px solid #8886; }
      th:first-child, td:first-child { text-align: left; }
      caption { text-align: left; opacity: .8; padding-bottom: .4rem; }
      """;

  /** The figures of a sweep's table, by name, and what a person calls them. */
  private static final Map<String, String> SWEEP_COLUMNS = new LinkedHashMap<>();

  static {
    SWEEP_COLUMNS.put("intrinsicDimension.x.mle.estimate", "Levina–Bickel x");
    SWEEP_COLUMNS.put("intrinsicDimension.y.mle.estimate", "y");
    SWEEP_COLUMNS.put("intrinsicDimension.x.twoNN.estimate", "TwoNN x");
    SWEEP_COLUMNS.put("intrinsicDimension.y.twoNN.estimate", "y");
    SWEEP_COLUMNS.put("intrinsicDimension.shared.estimate", "shared dimension");
    SWEEP_COLUMNS.put("retrieval.xToY.recallAt1", "recall@1 x→y");
    SWEEP_COLUMNS.put("retrieval.yToX.recallAt1", "y→x");
    SWEEP_COLUMNS.put("retrieval.topShare", "top 0.5 %");
    SWEEP_COLUMNS.put("retrieval.labelMatch.xToY", "label match x→y");
    SWEEP_COLUMNS.put("retrieval.labelMatch.yToX", "y→x");
    SWEEP_COLUMNS.put("temperature.final", "temperature");
    SWEEP_COLUMNS.put("loss.validation", "validation loss");
  }

  private final StringBuilder page = new StringBuilder();

  private final Map<String, String> drawings;

  private HtmlReport(Map<String, String> drawings) {
    this.drawings = drawings;
  }

  /**
   * The page.
   *
   * @param drawings as SVG, by their titles
   */
  static String of(RunReport run, Map<String, String> drawings) {
    HtmlReport report = new HtmlReport(drawings);
    report.write(run);
    return report.page.toString();
  }

  private void write(RunReport run) {
    String source = run.data().map(card -> card.source()).orElse("embeddings");
    page.append("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    page.append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    element("title", "Fathom: " + source);
    page.append("<style>\n").append(STYLE).append("</style>\n</head>\n<body>\n<main>\n");
    element("h1", "Fathom: " + source);
    Headline.of(run)
        .forEach(
            sentence ->
                page.append("<p class=\"headline\">").append(escape(sentence)).append("</p>\n"));
    run.measure().ifPresent(this::measurements);
    run.sweep().ifPresent(this::sweep);
    run.train()
        .ifPresent(
            train ->
                table(
                    "Training",
                    "Loss in nats; pairs a second of all workers, averaging included.",
                    List.of("", ""),
                    List.of(
                        List.of("workers", whole(train.workers())),
                        List.of("rounds", whole(train.rounds())),
                        List.of("loss, training", number(train.trainLoss())),
                        List.of(
                            "loss, validation",
                            train.validationLoss() == null
                                ? "none"
                                : number(train.validationLoss())),
                        List.of("pairs a second", whole(Math.round(train.pairsPerSecond()))))));
    run.data()
        .ifPresent(
            card -> {
              List<List<String>> rows = new ArrayList<>();
              rows.add(List.of("read", whole(card.counts().read())));
              rows.add(List.of("training", whole(card.counts().train())));
              rows.add(List.of("validation", whole(card.counts().validation())));
              rows.add(List.of("test", whole(card.counts().test())));
              rows.add(List.of("rejected", whole(card.counts().rejected())));
              card.rejects()
                  .forEach(
                      (reason, count) -> rows.add(List.of("rejected: " + reason, whole(count))));
              table(
                  "Pairs",
                  card.shuffledPairs() ? "The pairing was shuffled on purpose." : "",
                  List.of("", ""),
                  rows);
            });
    table(
        "Settings",
        "Every key of the configuration with its value.",
        List.of("key", "value"),
        run.settings().entrySet().stream()
            .map((Map.Entry<String, String> e) -> List.of(e.getKey(), e.getValue()))
            .toList());
    page.append("</main>\n</body>\n</html>\n");
  }

  private void measurements(MeasureResult measure) {
    measure
        .retrieval()
        .ifPresent(
            retrieval ->
                table(
                    "Retrieval",
                    "Share of "
                        + whole(retrieval.pairs())
                        + " pairs whose partner is among the first 1, 5 or 10.",
                    List.of("direction", "recall@1", "recall@5", "recall@10", "median rank"),
                    List.of(
                        direction("x finds y", retrieval.xToY()),
                        direction("y finds x", retrieval.yToX()))));
    List<List<String>> rows = new ArrayList<>();
    rows.addAll(tower("x", measure.x()));
    measure.y().ifPresent(y -> rows.addAll(tower("y", y)));
    table(
        "Intrinsic dimension",
        "With intervals at the 90 % level. The shared dimension is the smaller side's plateau over scales, corrected for the"
            + " boundary: noise of one side only adds."
            + (measure.points() < measure.available()
                ? " Of a sample of "
                    + whole(measure.points())
                    + " out of "
                    + whole(measure.available())
                    + " embeddings, drawn by the seed."
                : ""),
        List.of("", "estimate", "low", "high"),
        rows);
    drawings.forEach(this::figure);
    scales("x", measure.x());
    measure.y().ifPresent(y -> scales("y", y));
    if (!measure.labels().isEmpty()) {
      table(
          "Dimension by label",
          "Around the embeddings of each label: where the data are simple, and where complex.",
          List.of("label", "embeddings", "x", "y"),
          measure.labels().entrySet().stream()
              .map(
                  label ->
                      List.of(
                          label.getKey(),
                          whole(label.getValue().points()),
                          optional(label.getValue().x()),
                          optional(label.getValue().y())))
              .toList());
    }
  }

  private static String optional(Double value) {
    return value == null ? "" : number(value);
  }

  private void sweep(SweepResult sweep) {
    List<String> header = new ArrayList<>();
    sweep.points().stream()
        .findFirst()
        .ifPresent(point -> header.addAll(point.settings().keySet()));
    header.add("cells");
    header.addAll(SWEEP_COLUMNS.values());
    List<List<String>> rows = new ArrayList<>();
    for (SweepPoint point : sweep.points()) {
      List<String> row = new ArrayList<>(point.settings().values());
      row.add(
          point.failed() == 0
              ? whole(point.repeats())
              : whole(point.repeats()) + ", " + whole(point.failed()) + " failed");
      SWEEP_COLUMNS
          .keySet()
          .forEach(
              name ->
                  row.add(
                      Optional.ofNullable(point.figures().get(name))
                          .map(
                              spread ->
                                  number(spread.mean())
                                      + "\u00a0±\u00a0"
                                      + number(spread.standardDeviation()))
                          .orElse("")));
      rows.add(row);
    }
    table("Sweep", "Mean ± standard deviation over the repeats, on the test pairs.", header, rows);
    drawings.forEach(this::figure);
    List<List<String>> failures =
        sweep.cells().stream()
            .filter(cell -> !cell.succeeded())
            .map(cell -> List.of(cell.cell().name(), cell.failure()))
            .toList();
    if (!failures.isEmpty()) {
      table("Cells that failed", "", List.of("cell", "why"), failures);
    }
  }

  /** As a picture: drawings within one page would share the names of their parts. */
  private void figure(String title, String drawing) {
    page.append("<figure class=\"scroll\"><img src=\"data:image/svg+xml;base64,")
        .append(Base64.getEncoder().encodeToString(drawing.getBytes(StandardCharsets.UTF_8)))
        .append("\" alt=\"")
        .append(escape(title))
        .append("\"></figure>\n");
  }

  private static List<String> direction(String name, Retrieval.Direction direction) {
    return List.of(
        name,
        number(direction.recallAt1()),
        number(direction.recallAt5()),
        number(direction.recallAt10()),
        number(direction.medianRank()));
  }

  private static List<List<String>> tower(String side, DimensionResult result) {
    if (!(result instanceof DimensionResult.Measured measured)) {
      return List.of(
          List.of(side + ": " + ((DimensionResult.Refused) result).reason(), "", "", ""));
    }
    List<List<String>> rows = new ArrayList<>();
    rows.add(estimate(side + ", " + measured.dimension().method(), measured.dimension()));
    rows.add(
        List.of(
            side + ", plateau over scales",
            number(measured.plateau().estimate()),
            number(measured.plateau().low()),
            number(measured.plateau().high())));
    measured
        .estimates()
        .values()
        .forEach(estimate -> rows.add(estimate(side + ", " + estimate.method(), estimate)));
    Spectrum spectrum = measured.spectrum();
    rows.add(List.of(side + ", effective rank (RankMe)", number(spectrum.effectiveRank()), "", ""));
    rows.add(
        List.of(
            side + ", components for 90, 95, 99 % of the variance",
            String.format(
                Locale.ROOT,
                "%d, %d, %d",
                spectrum.componentsFor90(),
                spectrum.componentsFor95(),
                spectrum.componentsFor99()),
            "",
            ""));
    measured.caveats().forEach(caveat -> rows.add(List.of(side + ": " + caveat, "", "", "")));
    return rows;
  }

  private static List<String> estimate(String name, DimensionEstimate estimate) {
    return List.of(
        name, number(estimate.estimate()), number(estimate.low()), number(estimate.high()));
  }

  private void scales(String side, DimensionResult result) {
    if (result instanceof DimensionResult.Measured measured && !measured.curve().isEmpty()) {
      List<List<String>> rows = new ArrayList<>();
      for (ScaleEstimate scale : measured.curve()) {
        rows.add(
            List.of(
                whole(scale.n1()),
                number(scale.estimate()),
                number(scale.low()),
                number(scale.high())));
      }
      table(
          "Dimension of " + side + " against scale",
          "Gride: from the ratio of the distances to neighbours n and 2n.",
          List.of("n", "estimate", "low", "high"),
          rows);
    }
  }

  private void table(String title, String caption, List<String> header, List<List<String>> rows) {
    element("h2", title);
    page.append("<div class=\"scroll\"><table>\n");
    if (!caption.isEmpty()) {
      element("caption", caption);
    }
    if (header.stream().anyMatch(cell -> !cell.isEmpty())) {
      row("th", header);
    }
    rows.forEach(cells -> row("td", cells));
    page.append("</table></div>\n");
  }

  private void row(String cell, List<String> cells) {
    page.append("<tr>");
    cells.forEach(
        text ->
            page.append('<')
                .append(cell)
                .append('>')
                .append(escape(text))
                .append("</")
                .append(cell)
                .append('>'));
    page.append("</tr>\n");
  }

  private void element(String name, String text) {
    page.append('<')
        .append(name)
        .append('>')
        .append(escape(text))
        .append("</")
        .append(name)
        .append(">\n");
  }

  private static String escape(String text) {
    return StringEscapeUtils.escapeHtml4(text);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }

  private static String whole(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }
}
