// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.report;

import dev.fathom.common.Storage;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.fs.Path;

/** The reports of an output directory. */
public record ReportFiles(Storage storage, Path directory) {

  /** Writes both. */
  public void write(RunReport run) {
    storage.writeJson(json(), JsonReport.of(run));
    storage.write(html(), HtmlReport.of(run).getBytes(StandardCharsets.UTF_8));
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
