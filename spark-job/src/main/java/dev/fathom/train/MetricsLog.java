// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fathom.common.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;

/** {@code metrics.jsonl}: a line a round, there to read while training goes on. */
public final class MetricsLog implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final FSDataOutputStream out;
  private final List<RoundReport> kept;

  /**
   * Goes on with a log, or begins one.
   *
   * @param round the last one whose line stays; what a training that was cut off did after its last
   *     checkpoint is done again
   */
  MetricsLog(Storage storage, Path path, int round) {
    kept = storage.exists(path) ? read(storage, path, round) : List.of();
    out = storage.create(path);
    kept.forEach(this::add);
  }

  /** All rounds of a training, as far as their lines are whole; none where there is no log. */
  public static List<RoundReport> read(Storage storage, Path path) {
    return storage.exists(path) ? read(storage, path, Integer.MAX_VALUE) : List.of();
  }

  /** The lines that were there already. */
  List<RoundReport> kept() {
    return kept;
  }

  private static List<RoundReport> read(Storage storage, Path path, int round) {
    List<RoundReport> kept = new ArrayList<>();
    for (String line : new String(storage.read(path), StandardCharsets.UTF_8).lines().toList()) {
      try {
        RoundReport report = JSON.readValue(line, RoundReport.class);
        if (report.round() <= round) {
          kept.add(report);
        }
      } catch (IOException e) {
        // The line that the job was cut off in.
        break;
      }
    }
    return kept;
  }

  void add(RoundReport report) {
    try {
      out.write(JSON.writeValueAsBytes(report));
      out.write('\n');
      out.hflush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      out.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
