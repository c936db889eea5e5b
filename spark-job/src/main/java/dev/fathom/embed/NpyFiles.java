// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.embed;

import dev.fathom.data.NpyWriter;
import dev.fathom.data.ParquetRows;
import dev.fathom.error.FathomException;
import dev.fathom.files.Storage;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.hadoop.fs.Path;

/**
 * Embeddings as NumPy matrices with their keys beside them: line i of {@code keys.txt} and of
 * {@code labels.txt} belongs to row i of {@code x.npy} and {@code y.npy}. They are made from
 * Parquet, one column at a time, in the order of its rows.
 */
record NpyFiles(Storage storage, Path directory) {
  private static final int BUFFER = 1 << 20;

  /** The temporary directory of the Parquet that they are made from. */
  Path parquet() {
    return new Path(directory, "_parquet");
  }

  /**
   * Writes the matrices and deletes the Parquet.
   *
   * @param dimension width of both embeddings
   */
  void write(int dimension) {
    ParquetRows rows = ParquetRows.of(storage, parquet());
    long[] count = {0};
    boolean[] labelled = {false};
    write(
        "keys.txt",
        out -> {
          // Starts again, as storage that fails at the end is written to once more.
          count[0] = 0;
          labelled[0] = false;
          rows.forEach(
              List.of(EmbeddingFiles.KEY, EmbeddingFiles.LABEL),
              row -> {
                count[0]++;
                labelled[0] |= !row.isNull(1);
                writeLine(out, row.text(0));
                return true;
              });
        });
    if (labelled[0]) {
      write(
          "labels.txt",
          out ->
              rows.forEach(
                  List.of(EmbeddingFiles.LABEL),
                  row -> {
                    writeLine(out, row.text(0));
                    return true;
                  }));
    }
    for (String side : List.of(EmbeddingFiles.X, EmbeddingFiles.Y)) {
      write(
          side + ".npy",
          out -> {
            NpyWriter matrix = new NpyWriter(out, count[0], dimension);
            rows.forEach(
                List.of(side),
                row -> {
                  matrix.add(row.numbers(0));
                  return true;
                });
            matrix.end();
          });
    }
    storage.delete(parquet());
  }

  private void write(String name, Storage.Content content) {
    storage.write(
        new Path(directory, name),
        out -> {
          OutputStream buffered = new BufferedOutputStream(out, BUFFER);
          content.writeTo(buffered);
          buffered.flush();
        });
  }

  private static void writeLine(OutputStream out, String text) throws IOException {
    if (text.lines().count() > 1 || text.endsWith("\n") || text.endsWith("\r")) {
      throw FathomException.data(
          "%s has a line break in it, and keys.txt and labels.txt have a line a pair; use --format"
              + " parquet",
          text);
    }
    out.write(text.getBytes(StandardCharsets.UTF_8));
    out.write('\n');
  }
}
