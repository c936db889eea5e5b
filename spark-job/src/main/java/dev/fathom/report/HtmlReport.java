// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.report;

import dev.fathom.data.DatasetCard;
import dev.fathom.data.Side;
import dev.fathom.evaluate.Retrieval;
import dev.fathom.evaluate.RetrievalExamples.Query;
import dev.fathom.intrinsic.DimensionEstimate;
import dev.fathom.intrinsic.DimensionResult;
import dev.fathom.intrinsic.ScaleEstimate;
import dev.fathom.intrinsic.Spectrum;
import dev.fathom.measure.MeasureResult;
import dev.fathom.measure.Metric;
import dev.fathom.measure.Showcase;
import dev.fathom.settings.Settings;
import dev.fathom.sweep.SweepPoint;
import dev.fathom.sweep.SweepResult;
import dev.fathom.train.TrainResult;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.commons.text.StringEscapeUtils;

/** A run as one self-contained page. Every value is escaped on its way in. */
final class HtmlReport {
  private static final String ECHARTS =
      "/META-INF/resources/webjars/echarts/5.3.1/dist/echarts.min.js";

  /** The columns of a sweep's table. */
  private static final List<Metric> SWEEP_COLUMNS =
      List.of(
          Metric.MLE_X,
          Metric.MLE_Y,
          Metric.TWO_NN_X,
          Metric.TWO_NN_Y,
          Metric.SHARED_DIMENSION,
          Metric.RECALL_AT_1_X_TO_Y,
          Metric.RECALL_AT_1_Y_TO_X,
          Metric.TOP_SHARE,
          Metric.LABEL_MATCH_X_TO_Y,
          Metric.LABEL_MATCH_Y_TO_X,
          Metric.TEMPERATURE,
          Metric.VALIDATION_LOSS);

  private final StringBuilder page = new StringBuilder();
  private final RunReport run;
  private final List<Figure> figures;

  private HtmlReport(RunReport run, List<Figure> figures) {
    this.run = run;
    this.figures = figures;
  }

  /** The page. */
  static String of(RunReport run, List<Figure> figures) {
    HtmlReport report = new HtmlReport(run, figures);
    report.write();
    return report.page.toString();
  }

  private void write() {
    String source = run.data().map(card -> card.source()).orElse("embeddings");
    page.append("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    page.append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    element("title", "Fathom: " + source);
    page.append("<style>\n").append(resource("report.css")).append("</style>\n");
    page.append("</head>\n<body>\n<main>\n");
    element("h1", "Fathom: " + source);
    page.append("<div class=\"headline\">\n");
    Headline.of(run).forEach(sentence -> element("p", sentence));
    page.append("</div>\n");
    charts();
    run.measure().flatMap(MeasureResult::showcase).ifPresent(this::gallery);
    run.measure().ifPresent(this::measurements);
    run.sweep().ifPresent(this::sweep);
    run.train().ifPresent(this::training);
    run.data().ifPresent(this::pairs);
    provenance();
    page.append("</main>\n<script type=\"application/json\" id=\"data\">");
    page.append(PageData.of(figures, run.measure().flatMap(MeasureResult::showcase)));
    page.append("</script>\n<script>").append(resource(ECHARTS)).append("</script>\n<script>\n");
    page.append(resource("report.js")).append("</script>\n</body>\n</html>\n");
  }

  private static String resource(String name) {
    try (InputStream in = HtmlReport.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void charts() {
    Optional<Showcase> map =
        run.measure().flatMap(MeasureResult::showcase).filter(shown -> !shown.map().isEmpty());
    if (figures.isEmpty() && map.isEmpty()) {
      return;
    }
    element("h2", "Figures");
    page.append("<div class=\"charts\">\n");
    for (int i = 0; i < figures.size(); i++) {
      Figure figure = figures.get(i);
      chart(
          figure.title(),
          String.valueOf(i),
          figure.title()
              + ": "
              + figure.yAxis()
              + " against "
              + figure.xAxis()
              + ", "
              + figure.curves().size()
              + (figure.curves().size() == 1 ? " curve" : " curves"));
    }
    map.ifPresent(
        shown ->
            chart(
                String.format(
                    Locale.ROOT,
                    "Map of %,d embeddings of x: the plane of their first two axes, with %.0f %% of the variance",
                    shown.map().size(),
                    100 * shown.mapShare()),
                "map",
                "Scatter of the embeddings on their first two principal axes"));
    page.append("</div>\n");
  }

  private void chart(String title, String figure, String description) {
    page.append(figure.equals("map") ? "<figure class=\"chart wide\">" : "<figure class=\"chart\">")
        .append("<figcaption>")
        .append(escape(title))
        .append("</figcaption><div class=\"canvas")
        .append(figure.equals("map") ? " tall" : "")
        .append("\" role=\"img\" aria-label=\"")
        .append(escape(description))
        .append("\" data-figure=\"")
        .append(figure)
        .append("\"></div></figure>\n");
  }

  private void gallery(Showcase shown) {
    if (shown.xToY().isEmpty()) {
      return;
    }
    element("h2", "Retrieval to look at");
    note(
        "Queries drawn by the seed, each with the nearest four of "
            + whole(shown.pairs())
            + "; then those, of 500 more, whose partner comes last.");
    queries("x asks, y answers", shown.xToY(), shown, true);
    queries("y asks, x answers", shown.yToX(), shown, false);
  }

  private void queries(String title, List<Query> queries, Showcase shown, boolean xAsks) {
    element("h3", title);
    page.append("<ol class=\"queries\">\n");
    for (Query query : queries) {
      page.append("<li><div class=\"ask\">");
      Showcase.Item asker = shown.items().get(query.asker());
      side("asks", query.worst() ? "a mistake" : "asks", asker, xAsks);
      for (int answer : query.answers()) {
        boolean right = answer == query.asker();
        side(
            right ? "right" : "wrong",
            right ? "\u2713 right" : "\u2717",
            shown.items().get(answer),
            !xAsks);
      }
      if (!query.answers().contains(query.asker())) {
        side("right", "right, at " + whole(query.rank()), asker, !xAsks);
      }
      page.append("</div></li>\n");
    }
    page.append("</ol>\n");
  }

  private void side(String kind, String mark, Showcase.Item item, boolean x) {
    Showcase.Shown shown = x ? item.x() : item.y();
    String text = shown.text().isBlank() ? item.key() : shown.text();
    page.append("<div class=\"side ").append(kind).append("\"><div class=\"mark\">");
    page.append(escape(mark)).append("</div>");
    if (shown.picture().isEmpty()) {
      page.append("<bdi>").append(escape(text)).append("</bdi>");
    } else {
      page.append("<img alt=\"").append(escape(text)).append("\" title=\"").append(escape(text));
      page.append("\" src=\"").append(escape(shown.picture())).append("\">");
    }
    page.append("</div>");
  }

  private void training(TrainResult train) {
    table(
        "Training",
        "Loss in nats; pairs a second of all workers.",
        List.of("", ""),
        List.of(
            List.of("steps", whole(train.steps())),
            List.of("rounds", whole(train.rounds())),
            List.of("loss, training", number(train.trainLoss())),
            List.of(
                "loss, validation",
                train.validationLoss().isPresent()
                    ? number(train.validationLoss().getAsDouble())
                    : "none"),
            List.of("workers", whole(train.workers())),
            List.of("pairs a second", whole(Math.round(train.pairsPerSecond())))));
  }

  private void pairs(DatasetCard card) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("read", whole(card.counts().read())));
    rows.add(List.of("training", whole(card.counts().train())));
    rows.add(List.of("validation", whole(card.counts().validation())));
    rows.add(List.of("test", whole(card.counts().test())));
    rows.add(List.of("rejected", whole(card.counts().rejected())));
    card.rejects()
        .forEach((reason, count) -> rows.add(List.of("rejected: " + reason, whole(count))));
    rows.add(List.of("repeat the x of an earlier pair", whole(card.duplicates().x())));
    rows.add(List.of("repeat the y of an earlier pair", whole(card.duplicates().y())));
    rows.add(List.of("repeat both", whole(card.duplicates().pairs())));
    rows.add(List.of("x", side(card.x())));
    rows.add(List.of("y", side(card.y())));
    table(
        "Pairs",
        card.shuffledPairs() ? "The pairing was shuffled on purpose." : "",
        List.of("", ""),
        rows);
  }

  private static String side(Side side) {
    String shape =
        side.shape().stream().map(String::valueOf).collect(Collectors.joining(" \u00d7 "));
    String kind = side.modality().name().toLowerCase(Locale.ROOT);
    return side.vocabulary().isEmpty()
        ? kind + ", " + shape
        : kind + ", " + shape + ", " + whole(side.vocabulary().size()) + " words";
  }

  /** What is needed to do it again. */
  private void provenance() {
    Map<String, String> defaults = Settings.defaults().effective();
    Map<String, String> changed = new TreeMap<>(run.settings());
    changed.entrySet().removeIf(entry -> entry.getValue().equals(defaults.get(entry.getKey())));
    table(
        "Settings that differ from the defaults",
        "Seed " + run.seed() + ". " + String.join(", ", run.versions()) + ".",
        List.of("key", "value", "default"),
        changed.entrySet().stream()
            .map(
                entry ->
                    List.of(
                        entry.getKey(),
                        entry.getValue(),
                        defaults.getOrDefault(entry.getKey(), "")))
            .toList());
    element("h3", "To run it again");
    page.append("<pre tabindex=\"0\"><code>")
        .append(escape(command(changed)))
        .append("</code></pre>\n");
  }

  private String command(Map<String, String> changed) {
    StringBuilder command = new StringBuilder("./fathom " + run.command());
    if (!run.command().equals("measure")) {
      run.data()
          .ifPresent(
              card ->
                  card.parts()
                      .forEach(part -> command.append(" --input ").append(quoted(part.source()))));
    } else {
      command.append(" --embeddings EMBEDDINGS");
    }
    command.append(" --output AGAIN");
    changed.forEach(
        (key, value) -> command.append(" \\\n  --set ").append(quoted(key + "=" + value)));
    return command.toString();
  }

  private static String quoted(String argument) {
    return argument.matches("[\\w@%+=:,./-]+")
        ? argument
        : "'" + argument.replace("'", "'\\''") + "'";
  }

  private void note(String text) {
    page.append("<p class=\"note\">").append(escape(text)).append("</p>\n");
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
    measure
        .agreement()
        .ifPresent(
            agreement ->
                table(
                    "How the sides lie",
                    "Alignment: mean squared distance of partners, 0 is perfect. Uniformity: lower is more evenly spread, 0 is"
                        + " collapse. Modality gap: distance of the sides' centres.",
                    List.of("", ""),
                    List.of(
                        List.of("alignment", number(agreement.alignment())),
                        List.of("uniformity of x", number(agreement.uniformityX())),
                        List.of("uniformity of y", number(agreement.uniformityY())),
                        List.of("modality gap", number(agreement.modalityGap())))));
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
        List.of("estimator", "estimate", "low", "high"),
        rows);
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

  private static String optional(OptionalDouble value) {
    return value.isPresent() ? number(value.getAsDouble()) : "";
  }

  private void sweep(SweepResult sweep) {
    List<String> header = new ArrayList<>();
    sweep.points().stream()
        .findFirst()
        .ifPresent(point -> header.addAll(point.settings().keySet()));
    header.add("cells");
    SWEEP_COLUMNS.forEach(metric -> header.add(metric.label()));
    List<List<String>> rows = new ArrayList<>();
    for (SweepPoint point : sweep.points()) {
      List<String> row = new ArrayList<>(point.settings().values());
      row.add(
          point.failed() == 0
              ? whole(point.repeats())
              : whole(point.repeats()) + ", " + whole(point.failed()) + " failed");
      SWEEP_COLUMNS.forEach(
          metric ->
              row.add(
                  Optional.ofNullable(point.figures().get(metric))
                      .map(
                          spread ->
                              number(spread.mean())
                                  + "\u00a0±\u00a0"
                                  + number(spread.standardDeviation()))
                      .orElse("")));
      rows.add(row);
    }
    table("Sweep", "Mean ± standard deviation over the repeats, on the test pairs.", header, rows);
    List<List<String>> failures =
        sweep.failed().stream().map(cell -> List.of(cell.cell().name(), cell.failure())).toList();
    if (!failures.isEmpty()) {
      table("Cells that failed", "", List.of("cell", "why"), failures);
    }
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
    page.append("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"")
        .append(escape(title))
        .append("\"><table>\n");
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
                .append(cell.equals("th") ? "th scope=\"col\"" : cell)
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
