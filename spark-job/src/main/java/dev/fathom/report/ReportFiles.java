// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fathom.files.Storage;
import dev.fathom.train.progress.MetricsLog;
import dev.fathom.train.progress.RoundReport;
import dev.fathom.train.progress.TrainFiles;
import java.awt.AWTError;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The report files of an output directory. */
public record ReportFiles(Storage storage, Path directory) {
  private static final Logger LOG = LoggerFactory.getLogger(ReportFiles.class);

  /** Writes the report for scripts and the report for people. */
  public void write(RunReport report) {
    storage.writeJson(json(), JsonReport.of(report));
    List<Figure> figures =
        Stream.of(
                report.measure().map(MeasureFigures::of).orElse(List.of()),
                report.train().map(train -> TrainFigures.of(rounds())).orElse(List.of()),
                report.sweep().map(SweepFigures::of).orElse(List.of()),
                report.width().map(WidthFigures::of).orElse(List.of()))
            .flatMap(List::stream)
            .toList();
    figures.forEach(this::write);
    storage.write(html(), HtmlReport.of(report, figures).getBytes(StandardCharsets.UTF_8));
  }

  private List<RoundReport> rounds() {
    return MetricsLog.read(storage, new TrainFiles(directory).metrics());
  }

  /** Writes a figure's table, and its drawing if this machine can draw. */
  private void write(Figure figure) {
    Path figures = new Path(directory, "figures");
    storage.write(
        new Path(figures, figure.name() + ".csv"), figure.csv().getBytes(StandardCharsets.UTF_8));
    draw(figure)
        .ifPresent(
            text ->
                storage.write(
                    new Path(figures, figure.name() + ".svg"),
                    text.getBytes(StandardCharsets.UTF_8)));
  }

  private static Optional<String> draw(Figure figure) {
    try {
      return Optional.of(SvgDrawing.of(figure));
    } catch (LinkageError | AWTError | RuntimeException e) {
      LOG.warn("{} is not drawn, but its table is there: {}", figure.name(), e.toString());
      return Optional.empty();
    }
  }

  /** Reads the report for scripts. */
  public JsonNode readJson() {
    return storage.readJson(json(), JsonNode.class);
  }

  /** The path of the report for scripts. */
  public Path json() {
    return new Path(directory, "report.json");
  }

  /** The path of the report for people. */
  public Path html() {
    return new Path(directory, "report.html");
  }
}
