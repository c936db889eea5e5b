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
import org.apache.hadoop.io.IOUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code metrics.jsonl}: a line a round, there to read while training goes on. */
public final class MetricsLog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MetricsLog.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Storage storage;
  private final Path path;
  private final List<RoundReport> kept;
  private final List<RoundReport> all;
  private FSDataOutputStream out;

  /**
   * Goes on with a log, or begins one.
   *
   * @param round the last one whose line stays; what a training that was cut off did after its last
   *     checkpoint is done again
   */
  MetricsLog(Storage storage, Path path, int round) {
    this.storage = storage;
    this.path = path;
    kept = storage.exists(path) ? read(storage, path, round) : List.of();
    all = new ArrayList<>(kept);
    out = storage.create(path);
    writeAll();
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
    all.add(report);
    try {
      write(report);
      out.hflush();
    } catch (IOException e) {
      beginAgain(e);
    }
  }

  private void write(RoundReport report) throws IOException {
    out.write(JSON.writeValueAsBytes(report));
    out.write('\n');
  }

  private void writeAll() {
    try {
      for (RoundReport report : all) {
        write(report);
      }
      out.hflush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What was open is lost where a distributed file system loses the machines that it was on. */
  private void beginAgain(IOException lost) {
    LOG.warn("{} has to be written again ({})", path, lost.toString());
    IOUtils.closeStream(out);
    out = storage.create(path);
    writeAll();
  }

  @Override
  public void close() {
    try {
      closeOrBeginAgain();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void closeOrBeginAgain() throws IOException {
    try {
      out.close();
    } catch (IOException e) {
      beginAgain(e);
      out.close();
    }
  }
}
