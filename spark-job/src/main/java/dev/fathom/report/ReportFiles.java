// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.report;

import dev.fathom.common.Storage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The reports of an output directory. */
public record ReportFiles(Storage storage, Path directory) {
  private static final Logger LOG = LoggerFactory.getLogger(ReportFiles.class);

  /** Writes both. */
  public void write(RunReport run) {
    storage.writeJson(json(), JsonReport.of(run));
    List<String> drawings = new ArrayList<>();
    run.sweep()
        .ifPresent(
            sweep ->
                SweepFigures.of(sweep).forEach(figure -> write(figure).ifPresent(drawings::add)));
    storage.write(html(), HtmlReport.of(run, drawings).getBytes(StandardCharsets.UTF_8));
  }

  /** Writes a figure's table, and its drawing where this machine can draw. */
  private Optional<String> write(Figure figure) {
    Path figures = new Path(directory, "figures");
    storage.write(
        new Path(figures, figure.name() + ".csv"), figure.csv().getBytes(StandardCharsets.UTF_8));
    try {
      String drawing = figure.svg();
      storage.write(
          new Path(figures, figure.name() + ".svg"), drawing.getBytes(StandardCharsets.UTF_8));
      return Optional.of(drawing);
    } catch (LinkageError | RuntimeException e) {
      LOG.warn(
          "{} is not drawn, its table is there: {} (has this machine fonts?)", figure.name(), e);
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
