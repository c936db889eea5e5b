// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.data;

import dev.fathom.error.FathomException;
import dev.fathom.files.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.fs.Path;

/** Checks Parquet files before Spark starts tasks on them. */
public final class ParquetFile {
  /** The first bytes of a file, plain or with an encrypted footer. */
  private static final String MAGIC = "PAR[1E]";

  private ParquetFile() {}

  /**
   * Refuses a file that is not Parquet.
   *
   * @param what other forms that are accepted, for the message
   */
  public static void require(Storage storage, Path file, String what) {
    try (InputStream in = storage.open(file)) {
      String start = new String(in.readNBytes(4), StandardCharsets.ISO_8859_1);
      if (!start.matches(MAGIC)) {
        throw FathomException.data("%s is no Parquet file%s", file, what);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
