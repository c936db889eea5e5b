// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.measure;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat_ws;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.lpad;

import dev.fathom.data.NpyMatrix;
import dev.fathom.embed.EmbeddingFiles;
import dev.fathom.error.FathomException;
import dev.fathom.files.Storage;
import dev.fathom.output.OutputDirectory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Embeddings of any form as rows of key, split, label, x and, where there is one, y: what embed
 * wrote, Parquet with array columns, NumPy files, CSV files of numbers.
 *
 * @param rows the columns {@code key}, {@code split}, {@code label} (text), {@code x} and {@code y}
 *     (arrays of floats); y is null throughout where there is one side
 * @param paired whether there are two sides
 * @param card of embeddings that embed wrote
 */
record EmbeddingTable(Dataset<Row> rows, boolean paired, Optional<EmbeddingFiles.Card> card) {
  private static final int ROWS_AT_ONCE = 8192;
  private static final int NUMBERS_AT_ONCE = 1 << 24;
  private static final String NPY = ".npy";
  private static final String CSV = ".csv";

  private static final String NUMBER = "number";
  private static final String VECTOR = "vector";

  /** Rows of a matrix by their number. */
  private static final StructType NUMBERED =
      new StructType()
          .add(NUMBER, DataTypes.LongType, false)
          .add(VECTOR, DataTypes.createArrayType(DataTypes.FloatType, false), false);

  /** Opens the embeddings at a path. */
  static EmbeddingTable open(
      SparkSession spark, Storage storage, Path path, EmbeddingColumns columns) {
    if (!storage.exists(path)) {
      throw FathomException.data(
          "%s does not exist; give embeddings: what embed wrote, Parquet with array columns, .npy or .csv",
          path);
    }
    EmbeddingFiles written = new EmbeddingFiles(storage, path);
    if (written.isCard() || new OutputDirectory(storage, path).isUnfinished()) {
      return new EmbeddingTable(
          spark.read().schema(EmbeddingFiles.SCHEMA).parquet(path.toString()),
          true,
          Optional.of(written.readCard()));
    }
    if (isMatrix(path)) {
      if (columns.y().isPresent() || columns.label().isPresent()) {
        throw FathomException.usage(
            "%s is one matrix; give its directory, and by input.x, input.y and input.label the files in it",
            path);
      }
      return matrices(spark, storage, path, path, columns);
    }
    if (columns.x().filter(EmbeddingTable::isMatrix).isPresent()) {
      return matrices(spark, storage, path, new Path(path, columns.x().get()), columns);
    }
    List<String> inside = new ArrayList<>();
    for (FileStatus file : storage.list(path)) {
      if (isMatrix(file.getPath())) {
        inside.add(file.getPath().getName());
      }
    }
    if (!inside.isEmpty()) {
      throw FathomException.usage(
          "%s holds matrices; say which by input.x, and input.y if there are two sides: %s",
          path, String.join(", ", inside));
    }
    return parquet(spark, path, columns);
  }

  private static boolean isMatrix(Path path) {
    return isMatrix(path.getName());
  }

  private static boolean isMatrix(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.endsWith(NPY) || lower.endsWith(CSV);
  }

  private static EmbeddingTable parquet(SparkSession spark, Path path, EmbeddingColumns columns) {
    Dataset<Row> read;
    try {
      read = spark.read().parquet(path.toString());
    } catch (Exception e) {
      throw FathomException.data(
              "%s holds no embeddings that can be read: %s",
              path, String.valueOf(e.getMessage()).lines().findFirst().orElse(""))
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
    // Where x alone is named, it alone is meant.
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
            column(x).cast("array<float>").as(EmbeddingFiles.X),
            y.map(EmbeddingTable::column)
                .orElse(lit(null))
                .cast("array<float>")
                .as(EmbeddingFiles.Y)),
        y.isPresent(),
        Optional.empty());
  }

  /** The column that is named, which has to be one of those that may be. */
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

  /** A column whatever its name holds. */
  private static Column column(String name) {
    return col("`" + name.replace("`", "``") + "`");
  }

  private static void requireColumn(Path path, Dataset<Row> read, String key, String name) {
    if (!Arrays.asList(read.columns()).contains(name)) {
      throw FathomException.usage(
          "%s = %s, but %s has no such column; there are %s",
          key, name, path, String.join(", ", read.columns()));
    }
  }

  private static EmbeddingTable matrices(
      SparkSession spark, Storage storage, Path directory, Path x, EmbeddingColumns columns) {
    Optional<Path> y = columns.y().map(name -> new Path(directory, name));
    Optional<Path> labels = columns.label().map(name -> new Path(directory, name));
    Dataset<Row> ofX = matrix(spark, storage, x).withColumnRenamed(VECTOR, EmbeddingFiles.X);
    long rows = ofX.count();
    Dataset<Row> joined = ofX;
    if (y.isPresent()) {
      Dataset<Row> ofY =
          matrix(spark, storage, y.get()).withColumnRenamed(VECTOR, EmbeddingFiles.Y);
      requireAsMany(x, rows, y.get(), ofY.count());
      joined = joined.join(ofY, NUMBER);
    } else {
      joined = joined.withColumn(EmbeddingFiles.Y, lit(null).cast("array<float>"));
    }
    if (labels.isPresent()) {
      Dataset<Row> names = lines(spark, storage, labels.get());
      requireAsMany(x, rows, labels.get(), names.count());
      joined = joined.join(names, NUMBER);
    } else {
      joined = joined.withColumn(EmbeddingFiles.LABEL, lit(null).cast("string"));
    }
    return new EmbeddingTable(
        joined.select(
            lpad(col(NUMBER).cast("string"), 12, "0").as(EmbeddingFiles.KEY),
            lit("").as(EmbeddingFiles.SPLIT),
            col(EmbeddingFiles.LABEL),
            col(EmbeddingFiles.X),
            col(EmbeddingFiles.Y)),
        y.isPresent(),
        Optional.empty());
  }

  private static void requireAsMany(Path x, long rows, Path other, long others) {
    if (rows != others) {
      throw FathomException.data(
          "%s has %d rows and %s has %d; row i of one belongs to row i of the other",
          x, rows, other, others);
    }
  }

  private static Dataset<Row> matrix(SparkSession spark, Storage storage, Path file) {
    requireFile(storage, file);
    return file.getName().toLowerCase(Locale.ROOT).endsWith(NPY)
        ? npy(spark, storage, file)
        : numbers(spark, file);
  }

  /** Rows of several files have no order that two sides could share. */
  private static void requireFile(Storage storage, Path file) {
    if (!storage.exists(file)) {
      throw FathomException.data("%s does not exist", file);
    }
    FileStatus[] found = storage.list(file);
    if (found.length != 1 || !found[0].getPath().getName().equals(file.getName())) {
      throw FathomException.usage("%s is a directory, and has to be one file", file);
    }
  }

  private static Dataset<Row> npy(SparkSession spark, Storage storage, Path file) {
    NpyMatrix matrix = NpyMatrix.open(storage, file);
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    SerializableConfiguration configuration = new SerializableConfiguration(hadoop);
    List<Long> starts = new ArrayList<>();
    long atOnce = Math.max(1, Math.min(ROWS_AT_ONCE, NUMBERS_AT_ONCE / matrix.columns()));
    for (long from = 0; from < matrix.rows(); from += atOnce) {
      starts.add(from);
    }
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    JavaRDD<Row> rows =
        context
            .parallelize(starts, Math.max(1, starts.size()))
            .flatMap(
                from -> {
                  long to = Math.min(matrix.rows(), from + atOnce);
                  float[] values = matrix.read(new Storage(configuration.value()), from, to);
                  int d = matrix.columns();
                  return IntStream.range(0, (int) (to - from))
                      .mapToObj(
                          i ->
                              RowFactory.create(
                                  from + i, Arrays.copyOfRange(values, i * d, (i + 1) * d)))
                      .iterator();
                });
    return spark.createDataFrame(rows, NUMBERED);
  }

  /** A CSV file of numbers, whose first row may name the columns. */
  private static Dataset<Row> numbers(SparkSession spark, Path file) {
    Dataset<Row> first = spark.read().csv(file.toString());
    List<Row> head = first.takeAsList(1);
    if (head.isEmpty()) {
      throw FathomException.data("%s is empty", file);
    }
    Row row = head.get(0);
    boolean header =
        IntStream.range(0, row.size())
            .anyMatch(c -> !row.isNullAt(c) && !isNumber(row.getString(c)));
    Dataset<Row> read = header ? spark.read().option("header", true).csv(file.toString()) : first;
    Column[] cells =
        Arrays.stream(read.columns())
            .map(name -> column(name).cast("float"))
            .toArray(Column[]::new);
    return numbered(
        spark,
        read.select(array(cells)),
        VECTOR,
        DataTypes.createArrayType(DataTypes.FloatType, true));
  }

  private static boolean isNumber(String text) {
    try {
      Double.parseDouble(text);
      return true;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  /** The lines of a file of labels, one a row. */
  private static Dataset<Row> lines(SparkSession spark, Storage storage, Path file) {
    requireFile(storage, file);
    return numbered(
        spark, spark.read().text(file.toString()), EmbeddingFiles.LABEL, DataTypes.StringType);
  }

  /** The only column of a file, each row with its place. */
  private static Dataset<Row> numbered(
      SparkSession spark, Dataset<Row> column, String name, DataType type) {
    return spark.createDataFrame(
        column.javaRDD().zipWithIndex().map(row -> RowFactory.create(row._2, row._1.get(0))),
        new StructType().add(NUMBER, DataTypes.LongType, false).add(name, type, true));
  }
}
