// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import dev.fathom.data.DatasetCard;
import dev.fathom.prepare.PrepareResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.commons.io.FileUtils;

/** A table of how many rows prepare read, kept and rejected. */
final class PrepareTable {
  private PrepareTable() {}

  static List<String> of(PrepareResult result) {
    DatasetCard added = result.added();
    DatasetCard.Counts counts = added.counts();
    List<String> lines = new ArrayList<>();
    if (result.reused()) {
      lines.add(
          result.directory()
              + " is made of this input by these settings already; --set output.overwrite=true makes it again");
    }
    lines.addAll(rows(result));
    lines.add(line("duplicates among the kept", added.duplicates().pairs()));
    lines.add(line("  of x", added.duplicates().x()));
    lines.add(line("  of y", added.duplicates().y()));
    lines.add(line("to train", counts.train()));
    lines.add(line("to validate", counts.validation()));
    lines.add(line("to test", counts.test()));
    if (result.card().parts().size() > 1) {
      lines.add(line("parts of the dataset", result.card().parts().size()));
      lines.add(line("pairs of the dataset", result.card().counts().kept()));
    }
    lines.add(line("shards", result.shards()));
    lines.add(
        String.format(
            Locale.ROOT, "  %-34s %14s", "size", FileUtils.byteCountToDisplaySize(result.bytes())));
    if (!result.reused()) {
      lines.add(line("pairs a second", Math.round(counts.read() / result.seconds())));
    }
    return lines;
  }

  /** The rows of the table: counts of pairs read, kept and rejected. */
  static List<String> rows(PrepareResult result) {
    DatasetCard added = result.added();
    List<String> lines = new ArrayList<>();
    lines.add(line("read", added.counts().read()));
    lines.add(line("kept", added.counts().kept()));
    lines.add(line("rejected", added.counts().rejected()));
    added.rejects().forEach((reason, count) -> lines.add(line("  " + reason, count)));
    return lines;
  }

  private static String line(String what, long count) {
    return String.format(Locale.ROOT, "  %-34s %,14d", what, count);
  }
}
