// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.measure;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat_ws;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.lpad;

import dev.fathom.data.NpzFile;
import dev.fathom.data.ParquetFile;
import dev.fathom.embed.EmbeddingFiles;
import dev.fathom.error.Causes;
import dev.fathom.error.FathomException;
import dev.fathom.files.Storage;
import dev.fathom.output.OutputDirectory;
import dev.fathom.prepare.source.RawRow;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.ByteType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.FloatType;
import org.apache.spark.sql.types.ShortType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Embeddings of any form as rows of key, split, label, x and, if there are two sides, y. The forms
 * are the output of embed, Parquet with array columns, NumPy files, and CSV files of numbers.
 *
 * @param rows the columns {@code key}, {@code split}, {@code label} (text), {@code x} and {@code y}
 *     (arrays of floats, or of doubles if the source holds wider numbers), {@code x_digest} and
 *     {@code y_digest} (bytes, null if unknown); y is null throughout if there is one side
 * @param paired whether there are two sides
 * @param card the card, if embed wrote the embeddings
 */
record EmbeddingTable(Dataset<Row> rows, boolean paired, Optional<EmbeddingFiles.Card> card) {

  private static final String FORMS =
      "what embed wrote, Parquet with array columns, .npy, .npz or .csv";

  EmbeddingTable {
    for (String digest : List.of(EmbeddingFiles.X_DIGEST, EmbeddingFiles.Y_DIGEST)) {
      if (!Arrays.asList(rows.columns()).contains(digest)) {
        rows = rows.withColumn(digest, lit(null).cast(DataTypes.BinaryType));
      }
    }
  }

  /** Opens the embeddings at a path. */
  static EmbeddingTable open(
      SparkSession spark, Storage storage, Path path, EmbeddingColumns columns) {
    if (!storage.exists(path)) {
      throw FathomException.data("%s does not exist; give embeddings: %s", path, FORMS);
    }
    EmbeddingFiles written = new EmbeddingFiles(storage, path);
    if (written.isCard() || new OutputDirectory(storage, path).isUnfinished()) {
      EmbeddingFiles.Card card = written.readCard();
      Dataset<Row> found = spark.read().parquet(path.toString());
      List<String> sides = List.of(found.columns());
      if (!sides.containsAll(List.of(EmbeddingFiles.X, EmbeddingFiles.Y))) {
        return ofOneSide(found, sides.contains(EmbeddingFiles.X), card);
      }
      return new EmbeddingTable(
          spark.read().schema(EmbeddingFiles.SCHEMA).parquet(path.toString()),
          true,
          Optional.of(card));
    }
    MatrixFiles matrices = new MatrixFiles(spark, storage, columns);
    boolean archive = NpzFile.isNamed(path);
    if (!archive && MatrixFiles.isMatrix(path)) {
      return matrices.one(path);
    }
    if (archive || columns.x().filter(MatrixFiles::isMatrix).isPresent()) {
      return matrices.several(path);
    }
    if (!matrices.inside(path).isEmpty()) {
      throw matrices.unnamed(path);
    }
    if (storage.isFile(path)) {
      ParquetFile.require(storage, path, "; embeddings are " + FORMS);
    }
    return parquet(spark, path, columns);
  }

  /**
   * Makes the table of a frame with named columns; rows without a key are named by their number.
   */
  static EmbeddingTable of(Dataset<Row> frame, EmbeddingColumns columns) {
    Column none = lit(null).cast("string");
    Dataset<Row> unnamed =
        frame.select(
            columns.key().map(name -> column(name).cast("string")).orElse(none),
            lit("").as(EmbeddingFiles.SPLIT),
            columns
                .label()
                .map(name -> column(name).cast("string"))
                .orElse(none)
                .as(EmbeddingFiles.LABEL),
            numbers(frame, columns.x().orElseThrow()).as(EmbeddingFiles.X),
            columns
                .y()
                .map(name -> numbers(frame, name))
                .orElse(lit(null).cast("array<float>"))
                .as(EmbeddingFiles.Y));
    StructType schema =
        new StructType()
            .add(EmbeddingFiles.KEY, "string")
            .add(unnamed.schema().apply(1))
            .add(unnamed.schema().apply(2))
            .add(unnamed.schema().apply(3))
            .add(unnamed.schema().apply(4));
    return new EmbeddingTable(
        frame
            .sparkSession()
            .createDataFrame(
                unnamed
                    .javaRDD()
                    .zipWithIndex()
                    .map(numbered -> named(numbered._1(), numbered._2())),
                schema),
        columns.y().isPresent(),
        Optional.empty());
  }

  private static Row named(Row row, long number) {
    return RowFactory.create(
        row.isNullAt(0) ? RawRow.keyOf(number) : row.get(0),
        row.get(1),
        row.get(2),
        row.get(3),
        row.get(4));
  }

  /** Makes the table of a side that was embedded without its partners. */
  private static EmbeddingTable ofOneSide(
      Dataset<Row> found, boolean first, EmbeddingFiles.Card card) {
    return new EmbeddingTable(
        found.select(
            col(EmbeddingFiles.KEY),
            col(EmbeddingFiles.SPLIT),
            col(EmbeddingFiles.LABEL),
            col(first ? EmbeddingFiles.X : EmbeddingFiles.Y).as(EmbeddingFiles.X),
            lit(null).cast("array<float>").as(EmbeddingFiles.Y),
            col(first ? EmbeddingFiles.X_DIGEST : EmbeddingFiles.Y_DIGEST)
                .as(EmbeddingFiles.X_DIGEST)),
        false,
        Optional.of(card));
  }

  private static EmbeddingTable parquet(SparkSession spark, Path path, EmbeddingColumns columns) {
    Dataset<Row> read;
    try {
      read = spark.read().parquet(path.toString());
    } catch (Exception e) {
      throw FathomException.data(
              "%s holds no embeddings that can be read: %s", path, Causes.told(e))
          .causedBy(e);
    }
    List<String> arrays =
        Arrays.stream(read.schema().fields())
            .filter(field -> field.dataType() instanceof ArrayType)
            .map(StructField::name)
            .toList();
    List<String> forX =
        arrays.stream().filter(name -> !columns.y().equals(Optional.of(name))).toList();
    String x =
        columns
            .x()
            .map(name -> named(path, read, "input.x", name, forX))
            .orElseGet(() -> first(path, read, forX));
    List<String> forY = arrays.stream().filter(name -> !name.equals(x)).toList();
    // If the settings name x but not y, only x is measured.
    Optional<String> y =
        columns
            .y()
            .map(name -> named(path, read, "input.y", name, forY))
            .or(() -> columns.x().isPresent() ? Optional.empty() : forY.stream().findFirst());
    Column number =
        concat_ws(
            ":",
            col("_metadata.file_path"),
            lpad(col("_metadata.row_index").cast("string"), 12, "0"));
    Column none = lit(null).cast("string");
    return new EmbeddingTable(
        read.select(
            columns
                .key()
                .map(name -> coalesce(text(path, read, "input.key", name), number))
                .orElse(number)
                .as(EmbeddingFiles.KEY),
            lit("").as(EmbeddingFiles.SPLIT),
            columns
                .label()
                .map(name -> text(path, read, "input.label", name))
                .orElse(none)
                .as(EmbeddingFiles.LABEL),
            numbers(read, x).as(EmbeddingFiles.X),
            y.map(name -> numbers(read, name))
                .orElse(lit(null).cast("array<float>"))
                .as(EmbeddingFiles.Y)),
        y.isPresent(),
        Optional.empty());
  }

  /** Returns the named column, which must be one of the columns of arrays. */
  private static String named(
      Path path, Dataset<Row> read, String key, String name, List<String> arrays) {
    requireColumn(path, read, key, name);
    if (!arrays.contains(name)) {
      throw FathomException.usage(
          "%s = %s, but that column of %s holds no arrays or is the other side; there are %s",
          key, name, path, arrays);
    }
    return name;
  }

  private static String first(Path path, Dataset<Row> read, List<String> arrays) {
    return arrays.stream()
        .findFirst()
        .orElseThrow(
            () ->
                FathomException.data(
                    "%s has no column of arrays: %s", path, String.join(", ", read.columns())));
  }

  private static Column text(Path path, Dataset<Row> read, String key, String name) {
    requireColumn(path, read, key, name);
    return column(name).cast("string");
  }

  /** Returns a column of arrays as floats, or as doubles if its numbers are wider than floats. */
  private static Column numbers(Dataset<Row> read, String name) {
    DataType element = ((ArrayType) read.schema().apply(name).dataType()).elementType();
    boolean narrow =
        element instanceof FloatType
            || element instanceof ShortType
            || element instanceof ByteType
            || element instanceof BooleanType;
    return column(name).cast(narrow ? "array<float>" : "array<double>");
  }

  /** Returns a column by its name, whatever characters the name contains. */
  static Column column(String name) {
    return col("`" + name.replace("`", "``") + "`");
  }

  private static void requireColumn(Path path, Dataset<Row> read, String key, String name) {
    if (!Arrays.asList(read.columns()).contains(name)) {
      throw FathomException.usage(
          "%s = %s, but %s has no such column; there are %s",
          key, name, path, String.join(", ", read.columns()));
    }
  }
}
