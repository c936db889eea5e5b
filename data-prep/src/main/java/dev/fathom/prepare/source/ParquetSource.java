// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.source;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import dev.fathom.data.ParquetFile;
import dev.fathom.error.FathomException;
import dev.fathom.files.Storage;
import dev.fathom.prepare.reject.RejectReason;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Pairs in Parquet files, one per row; {@link SideColumn} says what a column holds. Rows that
 * img2dataset marked as failed are rejected as such.
 */
final class ParquetSource implements Source {
  private static final int ROWS_OF_A_FILE_BITS = 34;
  private static final String STATUS = "status";
  private static final String SUCCESS = "success";
  private static final String ERROR = "error_message";

  /** Pictures are large, and a batch of the usual 4096 rows would fill a heap. */
  private static final String BATCH = "spark.sql.parquet.columnarReaderBatchSize";

  private static final String ROWS_OF_A_BATCH = "128";

  private final Dataset<Row> rows;
  private final Layout layout;
  private final String fingerprint;

  /**
   * How a row becomes a pair.
   *
   * @param names names of the files by their paths, with which keys begin
   * @param numbers numbers of the files by their paths
   */
  private record Layout(
      HashMap<String, String> names,
      HashMap<String, Integer> numbers,
      PairColumns columns,
      Captions captions,
      long seed)
      implements Serializable {}

  private ParquetSource(Dataset<Row> rows, Layout layout, String fingerprint) {
    this.rows = rows;
    this.layout = layout;
    this.fingerprint = fingerprint;
  }

  /** Opens Parquet files of one schema. */
  static ParquetSource open(SparkSession session, InputFiles files, InputSettings input) {
    List<Path> parts = files.where(InputFiles.Kind.PARQUET);
    if (parts.isEmpty()) {
      throw FathomException.data("%s holds no Parquet files", files.root());
    }
    Storage storage = new Storage(session.sparkContext().hadoopConfiguration());
    ParquetFile.require(storage, parts.get(0), "");
    SparkSession spark = session.newSession();
    spark.conf().set(BATCH, ROWS_OF_A_BATCH);
    String[] paths = parts.stream().map(Path::toString).toArray(String[]::new);
    Dataset<Row> all = Table.reading(files.root(), () -> spark.read().parquet(paths));
    StructType schema = all.schema();
    Path folder = input.images().map(Path::new).orElse(folder(files, parts));
    String where = files.root().toString();
    PairColumns columns = PairColumns.of(all, where, input, folder.toString());
    List<Column> wanted = columns.selected(all, where, input);
    wanted.addAll(
        List.of(
            (isOfImg2dataset(schema) ? optional(all, schema, STATUS) : lit("")).as(STATUS),
            optional(all, schema, ERROR).as(ERROR),
            col("_metadata.file_path").as("file"),
            col("_metadata.row_index").as("row")));
    HashMap<String, String> names = new HashMap<>();
    HashMap<String, Integer> numbers = new HashMap<>();
    for (Path part : parts) {
      String path = part.toUri().getPath();
      names.put(path, files.nameOf(part));
      numbers.put(path, numbers.size());
    }
    return new ParquetSource(
        all.select(wanted.toArray(Column[]::new)),
        new Layout(names, numbers, columns, input.captions(), input.seed()),
        files.fingerprint(parts));
  }

  private static Path folder(InputFiles files, List<Path> parts) {
    return parts.get(0).equals(files.root()) ? files.root().getParent() : files.root();
  }

  /**
   * Whether img2dataset wrote the files. In other files a column of that name may mean anything.
   */
  private static boolean isOfImg2dataset(StructType schema) {
    return Arrays.asList(schema.fieldNames()).containsAll(List.of(STATUS, ERROR));
  }

  private static Column optional(Dataset<Row> all, StructType schema, String name) {
    return Arrays.asList(schema.fieldNames()).contains(name)
        ? all.col(name).cast(DataTypes.StringType)
        : lit("");
  }

  @Override
  public SourceSide x() {
    return layout.columns().x().side();
  }

  @Override
  public SourceSide y() {
    return layout.columns().y().side();
  }

  @Override
  public JavaRDD<RawRow> rows() {
    Layout reading = layout;
    return VectorRows.of(rows).flatMap(row -> rows(row, reading).iterator());
  }

  @Override
  public String fingerprint() {
    return fingerprint;
  }

  private static List<RawRow> rows(Row row, Layout layout) {
    String file = new Path(row.<String>getAs("file")).toUri().getPath();
    long number = row.<Long>getAs("row");
    long ordinal =
        (((long) layout.numbers().getOrDefault(file, 0) << ROWS_OF_A_FILE_BITS) + number)
            * PairColumns.MOST_CAPTIONS;
    PairColumns columns = layout.columns();
    String key =
        columns.key(row, layout.names().getOrDefault(file, file) + "/" + RawRow.keyOf(number));
    if (key.isEmpty()) {
      return List.of(
          new RawRow.Broken(
              RawRow.keyOf(number), ordinal, RejectReason.MISSING_VALUE, "the key is empty"));
    }
    String status = row.getAs(STATUS);
    if (status != null && !status.isEmpty() && !status.equals(SUCCESS)) {
      return List.of(
          new RawRow.Broken(
              key, ordinal, RejectReason.NOT_DOWNLOADED, status + ": " + row.<String>getAs(ERROR)));
    }
    if (columns.y().content() != SideColumn.Content.TEXTS) {
      return List.of(columns.pair(row, key, ordinal));
    }
    List<String> captions = SideColumn.texts(row.getAs(PairColumns.Y));
    List<String> taken = layout.captions().of(captions, layout.seed(), key);
    if (taken.isEmpty()) {
      return List.of(
          new RawRow.Broken(key, ordinal, RejectReason.MISSING_VALUE, "there is no caption"));
    }
    List<RawRow> pairs = new ArrayList<>();
    for (int caption = 0; caption < Math.min(taken.size(), PairColumns.MOST_CAPTIONS); caption++) {
      pairs.add(
          columns.pair(
              row,
              layout.captions().key(key, caption),
              ordinal + caption,
              new RawValue.Caption(taken.get(caption))));
    }
    return pairs;
  }

  /** The vector in the first column of a row. */
  static RawValue vector(Row row, int columns) {
    return row.isNullAt(0)
        ? new RawValue.Unusable(RejectReason.MISSING_VALUE, "the row is empty")
        : SideColumn.vector(row.get(0), columns);
  }
}
