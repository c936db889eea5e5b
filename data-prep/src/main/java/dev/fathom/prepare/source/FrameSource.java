// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.source;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.xxhash64;

import dev.fathom.prepare.reject.RejectReason;
import dev.fathom.random.RandomStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Pairs in a DataFrame, one per row; {@link SideColumn} says what a column holds. If no column
 * names the rows, a row's key is its number in the frame, from 0, which stays the same as long as
 * the order of the rows does. Names of pictures are relative to the working directory of the file
 * system.
 */
public final class FrameSource implements Source {
  private static final String FRAME = "the DataFrame";

  private final Dataset<Row> rows;
  private final PairColumns columns;
  private String fingerprint = "";

  private FrameSource(Dataset<Row> rows, PairColumns columns) {
    this.rows = rows;
    this.columns = columns;
  }

  /** Finds the columns that the settings name. The frame will be read several times. */
  public static FrameSource of(Dataset<Row> frame, InputSettings input) {
    PairColumns columns = PairColumns.of(frame, FRAME, input, folder(frame, input));
    return new FrameSource(
        frame.select(columns.selected(frame, FRAME, input).toArray(Column[]::new)), columns);
  }

  /** The folder that names of pictures in a frame are relative to. */
  public static String folder(Dataset<Row> frame, InputSettings input) {
    return input.images().orElseGet(() -> workingDirectory(frame).toString());
  }

  private static Path workingDirectory(Dataset<Row> frame) {
    try {
      return FileSystem.get(frame.sparkSession().sparkContext().hadoopConfiguration())
          .getWorkingDirectory();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public SourceSide x() {
    return columns.x().side();
  }

  @Override
  public SourceSide y() {
    return columns.y().side();
  }

  @Override
  public JavaRDD<RawRow> rows() {
    PairColumns reading = columns;
    return VectorRows.of(rows)
        .zipWithIndex()
        .map(numbered -> row(numbered._1(), numbered._2(), reading));
  }

  private static RawRow row(Row row, long number, PairColumns columns) {
    String name = RawRow.keyOf(number);
    String key = columns.key(row, name);
    long ordinal = number * PairColumns.MOST_CAPTIONS;
    return key.isEmpty()
        ? new RawRow.Broken(name, ordinal, RejectReason.MISSING_VALUE, "the key is empty")
        : columns.pair(row, key, ordinal);
  }

  /** A digest of all rows, and of their order if their numbers name them. */
  @Override
  public String fingerprint() {
    if (fingerprint.isEmpty()) {
      boolean ordered = !columns.keyed();
      Column[] all = Arrays.stream(rows.columns()).map(name -> col(name)).toArray(Column[]::new);
      long[] sums =
          rows.select(xxhash64(all))
              .javaRDD()
              .zipWithIndex()
              .map(
                  numbered -> {
                    long hash = numbered._1().getLong(0);
                    return new long[] {
                      1, ordered ? RandomStream.hash(hash, numbered._2().toString()) : hash
                    };
                  })
              .fold(new long[2], (sum, row) -> new long[] {sum[0] + row[0], sum[1] + row[1]});
      fingerprint =
          Fingerprint.of(String.join(" ", rows.schema().json(), sums[0] + "", sums[1] + ""));
    }
    return fingerprint;
  }
}
