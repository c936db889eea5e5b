// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fathom.common.Storage;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.StreamCapabilities;
import org.apache.hadoop.io.IOUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code metrics.jsonl}: a line a round, there to read while training goes on. Where what is
 * flushed is not there before the file is closed, as on an object store, it is written anew with
 * each checkpoint.
 */
public final class MetricsLog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MetricsLog.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Storage storage;
  private final Path path;

  /** The lines from before, until those of the log that is begun anew can be read. */
  private final Path before;

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
    before = new Path(path.getParent(), "." + path.getName() + ".before");
    List<RoundReport> found = read(storage, path, round);
    List<RoundReport> older = read(storage, before, round);
    kept = found.size() >= older.size() ? found : older;
    all = new ArrayList<>(kept);
    if (!kept.isEmpty()) {
      storage.write(before, this::writeAll);
    }
    begin();
    if (isReadAsWritten()) {
      storage.delete(before);
    }
  }

  /** All rounds of a training, as far as their lines are whole; none where there is no log. */
  public static List<RoundReport> read(Storage storage, Path path) {
    return read(storage, path, Integer.MAX_VALUE);
  }

  /** The lines that were there already. */
  List<RoundReport> kept() {
    return kept;
  }

  private static List<RoundReport> read(Storage storage, Path path, int round) {
    List<RoundReport> kept = new ArrayList<>();
    if (!storage.exists(path)) {
      return kept;
    }
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
      write(report, out);
      flush();
    } catch (IOException e) {
      beginAgain(e);
    }
  }

  /** Has all lines there to read: what goes on from a checkpoint goes on from them. */
  void save() {
    if (!isReadAsWritten()) {
      storage.write(path, this::writeAll);
      storage.delete(before);
    }
  }

  private void flush() throws IOException {
    if (isReadAsWritten()) {
      out.hflush();
    }
  }

  private boolean isReadAsWritten() {
    return out.hasCapability(StreamCapabilities.HSYNC);
  }

  private static void write(RoundReport report, OutputStream out) throws IOException {
    out.write(JSON.writeValueAsBytes(report));
    out.write('\n');
  }

  private void writeAll(OutputStream to) throws IOException {
    for (RoundReport report : all) {
      write(report, to);
    }
  }

  private void begin() {
    out = storage.create(path);
    try {
      writeAll(out);
      flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What was open is lost where a distributed file system loses the machines that it was on. */
  private void beginAgain(IOException lost) {
    LOG.warn("{} has to be written again ({})", path, lost.toString());
    IOUtils.closeStream(out);
    begin();
  }

  @Override
  public void close() {
    try {
      closeOrBeginAgain();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    storage.delete(before);
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
