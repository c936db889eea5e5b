// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.source;

import dev.fathom.data.NpyMatrix;
import dev.fathom.data.NpzFile;
import dev.fathom.error.FathomException;
import dev.fathom.files.Storage;
import dev.fathom.prepare.reject.RejectReason;
import dev.fathom.prepare.reject.RejectedRowException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.apache.commons.lang3.StringUtils;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.util.SerializableConfiguration;
import scala.Tuple2;

/**
 * A file of numeric rows, in any of the supported forms.
 *
 * @param rows number of rows
 * @param columns number of columns
 * @param vectors the rows by their number, from 0
 * @param names the first column as text, by the row's number
 * @param array the file if any range of its rows can be read, else empty
 */
record Matrix(
    long rows,
    int columns,
    JavaPairRDD<Long, RawValue> vectors,
    JavaPairRDD<Long, String> names,
    Optional<NpyMatrix> array) {
  private static final int DETAIL_LENGTH = 200;
  private static final long NUMBERS_OF_A_TASK = 1 << 20;

  /** Opens a file by its extension. */
  static Matrix open(SparkSession spark, Storage storage, Path file, InputSettings input) {
    if (file.getName().endsWith(".npy") || NpzFile.archive(storage, file).isPresent()) {
      return ofNumpy(spark, storage, file);
    }
    return file.getName().endsWith(".parquet") ? ofParquet(spark, file) : ofCsv(spark, file, input);
  }

  private static Matrix ofCsv(SparkSession spark, Path file, InputSettings input) {
    Table table = Table.numbers(spark, file, input);
    int columns = table.columns().size();
    return new Matrix(
        table.rows().count(),
        columns,
        table.rows().mapToPair(row -> new Tuple2<>(row._2(), numbers(row._1(), columns))),
        table
            .rows()
            .mapToPair(
                row ->
                    new Tuple2<>(
                        row._2(), row._1().isNullAt(0) ? "" : row._1().getString(0).strip())),
        Optional.empty());
  }

  private static RawValue numbers(Row row, int columns) {
    if (!Table.isWhole(row, columns)) {
      return new RawValue.Unusable(
          RejectReason.RAGGED_ROW,
          "not a row of %d numbers: %s"
              .formatted(columns, StringUtils.abbreviate(row.getString(columns), DETAIL_LENGTH)));
    }
    List<String> cells = new ArrayList<>(columns);
    for (int column = 0; column < columns; column++) {
      cells.add(row.isNullAt(column) ? "" : row.getString(column));
    }
    try {
      return new RawValue.Numbers(Numbers.parse(cells));
    } catch (RejectedRowException e) {
      return new RawValue.Unusable(e.reason(), e.getMessage());
    }
  }

  private static Matrix ofNumpy(SparkSession spark, Storage storage, Path file) {
    NpyMatrix npy = NpyMatrix.open(storage, file);
    long step = npy.rowsOfTask(rowsOfTask(npy.columns()));
    SerializableConfiguration hadoop =
        new SerializableConfiguration(spark.sparkContext().hadoopConfiguration());
    List<Long> starts =
        LongStream.iterate(0, from -> from < npy.rows(), from -> from + step).boxed().toList();
    JavaPairRDD<Long, RawValue> vectors =
        JavaSparkContext.fromSparkContext(spark.sparkContext())
            .parallelize(starts, Math.max(1, starts.size()))
            .flatMapToPair(
                from -> {
                  long to = Math.min(npy.rows(), from + step);
                  NpyMatrix.Rows rows =
                      ArrayRows.opened(npy, new Storage(hadoop.value()), from, to);
                  return LongStream.range(from, to)
                      .mapToObj(row -> new Tuple2<>(row, Numbers.checked(rows.next())))
                      .iterator();
                });
    return new Matrix(
        npy.rows(),
        npy.columns(),
        vectors,
        vectors.mapValues(Matrix::name),
        Optional.of(npy).filter(array -> array.packed().isEmpty()));
  }

  /** The number of rows of this width that a task reads, if any row can be reached. */
  static long rowsOfTask(int columns) {
    return Math.max(1, NUMBERS_OF_A_TASK / columns);
  }

  private static Matrix ofParquet(SparkSession spark, Path file) {
    Dataset<Row> all = Table.reading(file, () -> spark.read().parquet(file.toString()));
    String[] arrays =
        Arrays.stream(all.schema().fields())
            .filter(
                field ->
                    field.dataType() instanceof ArrayType array
                        && array.elementType() instanceof NumericType)
            .map(field -> field.name())
            .toArray(String[]::new);
    if (arrays.length != 1) {
      throw FathomException.data(
          "%s has %d columns of arrays of numbers, and a matrix is one; of several give the file itself as --input",
          file, arrays.length);
    }
    JavaPairRDD<Long, Row> rows =
        VectorRows.of(all.select(all.col(arrays[0]))).zipWithIndex().mapToPair(Tuple2::swap);
    long count = all.count();
    int columns =
        all.select(all.col(arrays[0])).where(all.col(arrays[0]).isNotNull()).takeAsList(1).stream()
            .mapToInt(row -> row.getList(0).size())
            .findFirst()
            .orElse(0);
    JavaPairRDD<Long, RawValue> vectors = rows.mapValues(row -> ParquetSource.vector(row, columns));
    return new Matrix(count, columns, vectors, vectors.mapValues(Matrix::name), Optional.empty());
  }

  /** The first number of a row as text, without a fraction if it is whole. */
  static String name(RawValue value) {
    if (value instanceof RawValue.Numbers numbers && numbers.values().length > 0) {
      double first = numbers.values()[0];
      return first == Math.rint(first) ? String.valueOf((long) first) : String.valueOf(first);
    }
    return "";
  }
}
