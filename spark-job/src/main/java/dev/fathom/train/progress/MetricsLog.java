// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.progress;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fathom.files.Json;
import dev.fathom.files.Storage;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.IOUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code metrics.jsonl}: one line per round, readable while training runs. Where flushed data
 * cannot be read before the file is closed, as on an object store, the file is written again with
 * each checkpoint.
 */
public final class MetricsLog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MetricsLog.class);
  private static final ObjectMapper JSON = Json.mapper();

  private final Storage storage;
  private final Path path;

  /** Copy of all lines while the log is being rewritten. */
  private final Path before;

  private final List<RoundReport> kept;
  private final List<RoundReport> all;

  /** The open log, if flushed data can be read. */
  private Optional<FSDataOutputStream> out = Optional.empty();

  /**
   * Continues a log, or starts a new one.
   *
   * @param round last round whose line is kept; an interrupted training repeats the rounds after
   *     its last checkpoint
   */
  public MetricsLog(Storage storage, Path path, int round) {
    this.storage = storage;
    this.path = path;
    before = new Path(path.getParent(), "." + path.getName() + ".before");
    List<RoundReport> found = read(storage, path, round);
    List<RoundReport> older = read(storage, before, round);
    kept = found.size() >= older.size() ? found : older;
    all = new ArrayList<>(kept);
    begin();
  }

  /** Reads the reports of all rounds whose lines are complete; empty if there is no log. */
  public static List<RoundReport> read(Storage storage, Path path) {
    return read(storage, path, Integer.MAX_VALUE);
  }

  /** The reports that were in the log when it was opened. */
  public List<RoundReport> kept() {
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
        // This is the last line, which an interrupted job did not finish.
        break;
      }
    }
    return kept;
  }

  public void add(RoundReport report) {
    all.add(report);
    if (out.isPresent()) {
      try {
        write(report, out.get());
        out.get().hflush();
      } catch (IOException e) {
        beginAgain(e);
      }
    }
  }

  /** Makes all lines readable, as a training that resumes from a checkpoint needs them. */
  public void save() {
    if (out.isEmpty()) {
      begin();
    }
  }

  /** Writes all kept lines. At any moment one of the two files holds all of them. */
  private void begin() {
    if (read(storage, before).size() < all.size()) {
      storage.write(before, this::writeAll);
    }
    FSDataOutputStream begun = storage.begin(path, this::writeAll);
    if (Storage.showsWhatIsFlushed(begun)) {
      out = Optional.of(begun);
    } else {
      close(begun);
    }
    storage.delete(before);
  }

  private void writeAll(OutputStream to) throws IOException {
    for (RoundReport report : all) {
      write(report, to);
    }
  }

  private static void write(RoundReport report, OutputStream to) throws IOException {
    to.write(JSON.writeValueAsBytes(report));
    to.write('\n');
  }

  /**
   * Starts the file again after the machines that held it in a distributed file system were lost.
   */
  private void beginAgain(IOException lost) {
    LOG.warn("{} has to be written again ({})", path, lost.toString());
    out.ifPresent(IOUtils::closeStream);
    begin();
  }

  @Override
  public void close() {
    save();
    if (out.isPresent()) {
      try {
        out.get().close();
      } catch (IOException e) {
        beginAgain(e);
        out.ifPresent(MetricsLog::close);
      }
    }
  }

  private static void close(FSDataOutputStream stream) {
    try {
      stream.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
