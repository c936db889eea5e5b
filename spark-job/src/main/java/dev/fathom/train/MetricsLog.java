// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fathom.common.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;

/** {@code metrics.jsonl}: a line a round, there to read while training goes on. */
final class MetricsLog implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final FSDataOutputStream out;

  MetricsLog(Storage storage, Path path) {
    out = storage.create(path);
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
