// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.measure;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.lpad;
import static org.apache.spark.sql.functions.when;

import dev.fathom.data.NpyMatrix;
import dev.fathom.data.NpzFile;
import dev.fathom.data.NumbersHeader;
import dev.fathom.data.Separator;
import dev.fathom.data.TextEncoding;
import dev.fathom.embed.EmbeddingFiles;
import dev.fathom.error.FathomException;
import dev.fathom.files.Storage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.LongStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;
import org.apache.spark.util.TaskCompletionListener;

/** Reads embeddings from matrices: NumPy files, arrays of a NumPy archive, CSV files of numbers. */
final class MatrixFiles {
  private static final int ROWS_AT_ONCE = 8192;
  private static final int NUMBERS_AT_ONCE = 1 << 24;
  private static final String NPY = ".npy";
  private static final String NPZ = ".npz";
  private static final String CSV = ".csv";

  private static final String NUMBER = "number";
  private static final String VECTOR = "vector";

  /** The schema of a matrix's rows with their numbers. */
  private static StructType numbered(DataType number) {
    return new StructType()
        .add(NUMBER, DataTypes.LongType, false)
        .add(VECTOR, DataTypes.createArrayType(number, false), false);
  }

  private final SparkSession spark;
  private final Storage storage;
  private final EmbeddingColumns columns;

  MatrixFiles(SparkSession spark, Storage storage, EmbeddingColumns columns) {
    this.spark = spark;
    this.storage = storage;
    this.columns = columns;
  }

  static boolean isMatrix(Path path) {
    return isMatrix(path.getName());
  }

  /** Whether a file of this name is a matrix, or an archive of matrices. */
  static boolean isMatrix(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.endsWith(NPY)
        || lower.endsWith(CSV)
        || lower.endsWith(NPZ)
        || lower.contains(NPZ + Path.SEPARATOR);
  }

  /** The names of the matrices in a directory or in an archive, except hidden ones. */
  List<String> inside(Path path) {
    if (NpzFile.isNamed(path)) {
      return NpzFile.names(storage, path);
    }
    return Arrays.stream(storage.list(path))
        .map(file -> file.getPath().getName())
        .filter(name -> isMatrix(name) && !name.startsWith("."))
        .toList();
  }

  /** Opens one matrix. */
  EmbeddingTable one(Path file) {
    if (columns.y().isPresent() || columns.label().isPresent()) {
      throw FathomException.usage(
          "%s is one matrix; give its directory, and by input.x, input.y and input.label the files in it",
          file);
    }
    return table(withoutLabels(withoutY(x(file))), false);
  }

  /**
   * Opens the matrices of a directory or an archive that the settings name; a single matrix needs
   * no name.
   */
  EmbeddingTable several(Path path) {
    Path file = columns.x().map(name -> new Path(path, name)).orElseGet(() -> only(path));
    Dataset<Row> x = x(file);
    long rows = x.count();
    Dataset<Row> sides =
        columns
            .y()
            .map(name -> new Path(path, name))
            .map(other -> joined(x, file, rows, y(other), other))
            .orElseGet(() -> withoutY(x));
    Dataset<Row> labelled =
        columns
            .label()
            .map(name -> new Path(path, name))
            .map(other -> joined(sides, file, rows, labels(other), other))
            .orElseGet(() -> withoutLabels(sides));
    return table(labelled, columns.y().isPresent());
  }

  private Path only(Path path) {
    List<String> inside = inside(path);
    if (inside.size() != 1) {
      throw unnamed(path);
    }
    return new Path(path, inside.get(0));
  }

  /** The error if there are several matrices and the settings name none. */
  FathomException unnamed(Path path) {
    return FathomException.usage(
        "%s holds matrices; say which by input.x, and input.y if there are two sides: %s",
        path, String.join(", ", inside(path)));
  }

  private Dataset<Row> x(Path file) {
    return matrix(file).withColumnRenamed(VECTOR, EmbeddingFiles.X);
  }

  private Dataset<Row> y(Path file) {
    return matrix(file).withColumnRenamed(VECTOR, EmbeddingFiles.Y);
  }

  private static Dataset<Row> withoutY(Dataset<Row> rows) {
    return rows.withColumn(EmbeddingFiles.Y, lit(null).cast("array<float>"));
  }

  private static Dataset<Row> withoutLabels(Dataset<Row> rows) {
    return rows.withColumn(EmbeddingFiles.LABEL, lit(null).cast("string"));
  }

  private static EmbeddingTable table(Dataset<Row> rows, boolean paired) {
    return new EmbeddingTable(
        rows.select(
            lpad(col(NUMBER).cast("string"), 12, "0").as(EmbeddingFiles.KEY),
            lit("").as(EmbeddingFiles.SPLIT),
            col(EmbeddingFiles.LABEL),
            col(EmbeddingFiles.X),
            col(EmbeddingFiles.Y)),
        paired,
        Optional.empty());
  }

  /** Joins the rows of another file by their number; it must have as many rows as the file of x. */
  private static Dataset<Row> joined(
      Dataset<Row> rows, Path x, long count, Dataset<Row> more, Path other) {
    long others = more.count();
    if (count != others) {
      throw FathomException.data(
          "%s has %d rows and %s has %d; row i of one belongs to row i of the other",
          x, count, other, others);
    }
    return rows.join(more, NUMBER);
  }

  private Dataset<Row> matrix(Path file) {
    if (isNumpy(file)) {
      return npy(NpyMatrix.open(storage, file));
    }
    requireFile(file);
    if (NpzFile.isNamed(file)) {
      return npy(NpyMatrix.open(storage, only(file)));
    }
    return numbers(file);
  }

  /** Whether a path is a NumPy array, by itself or within an archive. */
  private boolean isNumpy(Path file) {
    if (NpzFile.archive(storage, file).isPresent()) {
      return true;
    }
    boolean numpy = file.getName().toLowerCase(Locale.ROOT).endsWith(NPY);
    if (numpy) {
      requireFile(file);
    }
    return numpy;
  }

  /** Requires a single file, as rows of several files have no order that two sides could share. */
  private void requireFile(Path file) {
    if (!storage.exists(file)) {
      throw FathomException.data("%s does not exist", file);
    }
    FileStatus[] found = storage.list(file);
    if (found.length != 1 || !found[0].getPath().getName().equals(file.getName())) {
      throw FathomException.usage("%s is a directory, and has to be one file", file);
    }
  }

  private Dataset<Row> npy(NpyMatrix matrix) {
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    SerializableConfiguration configuration = new SerializableConfiguration(hadoop);
    List<Long> starts = new ArrayList<>();
    long atOnce =
        matrix.rowsOfTask(Math.max(1, Math.min(ROWS_AT_ONCE, NUMBERS_AT_ONCE / matrix.columns())));
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
                  boolean wide = matrix.isWiderThanFloat();
                  NpyMatrix.Rows values = matrix.rows(new Storage(configuration.value()), from, to);
                  TaskContext.get()
                      .addTaskCompletionListener((TaskCompletionListener) task -> values.close());
                  return LongStream.range(from, to)
                      .mapToObj(
                          row -> {
                            double[] numbers = values.next();
                            return RowFactory.create(row, wide ? numbers : floats(numbers));
                          })
                      .iterator();
                });
    return spark.createDataFrame(
        rows, numbered(matrix.isWiderThanFloat() ? DataTypes.DoubleType : DataTypes.FloatType));
  }

  private static float[] floats(double[] numbers) {
    float[] floats = new float[numbers.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) numbers[i];
    }
    return floats;
  }

  /** Reads a CSV file of numbers, whose first row may name the columns. */
  private Dataset<Row> numbers(Path file) {
    TextEncoding encoding = columns.encoding().of(storage, file);
    String separator =
        columns.separator().orElseGet(() -> Separator.ofNumbers(encoding.head(storage, file)));
    DataFrameReader reader =
        spark
            .read()
            .option("sep", separator)
            .option("encoding", encoding.charset())
            // A file whose line ends are other bytes than in UTF-8 is read in one piece.
            .option("multiLine", !encoding.isUtf8());
    Dataset<Row> first = reader.csv(file.toString());
    List<Row> head = first.takeAsList(1);
    if (head.isEmpty()) {
      throw FathomException.data("%s is empty", file);
    }
    NumbersHeader header = NumbersHeader.of(file, head.get(0));
    Dataset<Row> read =
        header.isHeader() ? reader.option("header", true).csv(file.toString()) : first;
    Column[] cells =
        Arrays.stream(read.columns())
            .skip(header.hasIndex() ? 1 : 0)
            .map(name -> EmbeddingTable.column(name).cast("double"))
            .toArray(Column[]::new);
    return numbered(
        read.select(array(cells)), VECTOR, DataTypes.createArrayType(DataTypes.DoubleType, true));
  }

  /** Reads the lines of a file of labels, or the first numbers of the rows of an array. */
  private Dataset<Row> labels(Path file) {
    if (!isNumpy(file)) {
      requireFile(file);
      return numbered(
          spark.read().text(file.toString()), EmbeddingFiles.LABEL, DataTypes.StringType);
    }
    Column first = col(VECTOR).getItem(0).cast("double");
    Column whole = first.cast("long");
    return npy(NpyMatrix.open(storage, file))
        .select(
            col(NUMBER),
            when(first.equalTo(whole), whole.cast("string"))
                .otherwise(first.cast("string"))
                .as(EmbeddingFiles.LABEL));
  }

  /** Reads the only column of a file, and numbers its rows. */
  private Dataset<Row> numbered(Dataset<Row> column, String name, DataType type) {
    return spark.createDataFrame(
        column.javaRDD().zipWithIndex().map(row -> RowFactory.create(row._2, row._1.get(0))),
        new StructType().add(NUMBER, DataTypes.LongType, false).add(name, type, true));
  }
}
