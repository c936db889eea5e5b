// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.report;

import dev.fathom.common.Storage;
import java.awt.AWTError;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The reports of an output directory. */
public record ReportFiles(Storage storage, Path directory) {
  private static final Logger LOG = LoggerFactory.getLogger(ReportFiles.class);

  /** Writes both. */
  public void write(RunReport run) {
    storage.writeJson(json(), JsonReport.of(run));
    Map<String, String> drawings = new LinkedHashMap<>();
    Stream.concat(
            run.measure().stream().map(MeasureFigures::of),
            run.sweep().stream().map(SweepFigures::of))
        .flatMap(List::stream)
        .forEach(
            figure -> write(figure).ifPresent(drawing -> drawings.put(figure.title(), drawing)));
    storage.write(html(), HtmlReport.of(run, drawings).getBytes(StandardCharsets.UTF_8));
  }

  /** Writes a figure's table, and its drawing where this machine can draw. */
  private Optional<String> write(Figure figure) {
    Path figures = new Path(directory, "figures");
    storage.write(
        new Path(figures, figure.name() + ".csv"), figure.csv().getBytes(StandardCharsets.UTF_8));
    Optional<String> drawing = draw(figure);
    drawing.ifPresent(
        text ->
            storage.write(
                new Path(figures, figure.name() + ".svg"), text.getBytes(StandardCharsets.UTF_8)));
    return drawing;
  }

  private static Optional<String> draw(Figure figure) {
    try {
      return Optional.of(figure.svg());
    } catch (LinkageError | AWTError | RuntimeException e) {
      LOG.warn("{} is not drawn, but its table is there: {}", figure.name(), e.toString());
      return Optional.empty();
    }
  }

  /** For scripts. */
  public Path json() {
    return new Path(directory, "report.json");
  }

  /** For people. */
  public Path html() {
    return new Path(directory, "report.html");
  }
}
