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
 * {@code metrics.jsonl}: a line a round, there to read while training goes on. Where what is
 * flushed is not there before the file is closed, as on an object store, it is written anew with
 * each checkpoint.
 */
public final class MetricsLog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MetricsLog.class);
  private static final ObjectMapper JSON = Json.mapper();

  private final Storage storage;
  private final Path path;

  /** All lines, while those of the log are written anew. */
  private final Path before;

  private final List<RoundReport> kept;
  private final List<RoundReport> all;

  /** The log, where it shows what is flushed. */
  private Optional<FSDataOutputStream> out = Optional.empty();

  /**
   * Goes on with a log, or begins one.
   *
   * @param round the last one whose line stays; what a training that was cut off did after its last
   *     checkpoint is done again
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

  /** All rounds of a training, as far as their lines are whole; none where there is no log. */
  public static List<RoundReport> read(Storage storage, Path path) {
    return read(storage, path, Integer.MAX_VALUE);
  }

  /** The lines that were there already. */
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
        // The line that the job was cut off in.
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

  /** Has all lines there to read: what goes on from a checkpoint goes on from them. */
  public void save() {
    if (out.isEmpty()) {
      begin();
    }
  }

  /** Writes all lines; at any moment they can be read at one place or the other. */
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

  /** What was open is lost where a distributed file system loses the machines that it was on. */
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
