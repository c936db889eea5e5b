// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.source;

import dev.fathom.error.FathomException;
import dev.fathom.files.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.zip.GZIPInputStream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * A file of rows, read by Spark's own CSV and JSON readers, everything as text.
 *
 * @param fields columns in the order of the file, each text or an array of texts
 * @param rows each with its place in the file, from 0; a row has a cell for each column, then the
 *     text of the line where the line does not have the form of its file
 */
record Table(List<StructField> fields, JavaPairRDD<Row, Long> rows) {
  private static final String CORRUPT = "_fathom_corrupt";

  /** How a file is written. */
  enum Form {
    /** RFC 4180: quotes, doubled quotes within them, line breaks within them. */
    CSV,
    /** A quote is a character like any other, for an unbalanced one would swallow rows. */
    TSV,
    /** A JSON object a line, or one JSON array of objects. */
    JSONL,
    /** Numbers without line breaks within, so that a long file can be read in parts. */
    NUMBERS
  }

  /** Opens a file whose first row names the columns, or whose objects do. */
  static Table named(SparkSession spark, Path file, Form form) {
    return open(spark, file, form, true);
  }

  /** Opens a CSV file of numbers; its first row names the columns unless it is numbers too. */
  static Table numbers(SparkSession spark, Path file) {
    List<String> first =
        reading(
            file,
            () ->
                reader(spark, file, Form.NUMBERS).csv(file.toString()).takeAsList(1).stream()
                    .flatMap(row -> cells(row).stream())
                    .toList());
    return open(spark, file, Form.NUMBERS, !first.stream().allMatch(Numbers::isNumber));
  }

  /** The names of the columns in the order of the file. */
  List<String> columns() {
    return fields.stream().map(StructField::name).toList();
  }

  /** Whether a cell of this column is an array. */
  boolean isArray(int column) {
    return fields.get(column).dataType() instanceof ArrayType;
  }

  /** Whether a row of so many columns has the form of its file. */
  static boolean isWhole(Row row, int columns) {
    return row.isNullAt(columns);
  }

  private static Table open(SparkSession spark, Path file, Form form, boolean header) {
    return reading(
        file,
        () -> {
          DataFrameReader reader = reader(spark, file, form).option("header", header);
          List<StructField> fields = fields(read(reader, file, form).schema());
          if (fields.isEmpty()) {
            throw FathomException.data("%s has no columns; is it empty?", file);
          }
          StructType schema =
              DataTypes.createStructType(fields).add(CORRUPT, DataTypes.StringType, true);
          return new Table(
              fields, read(reader.schema(schema), file, form).javaRDD().zipWithIndex());
        });
  }

  private static Dataset<Row> read(DataFrameReader reader, Path file, Form form) {
    return form == Form.JSONL ? reader.json(file.toString()) : reader.csv(file.toString());
  }

  /** The columns that a file has, all as text. */
  private static List<StructField> fields(StructType inferred) {
    return Arrays.stream(inferred.fields())
        .filter(field -> !field.name().equals(CORRUPT))
        .map(Table::textual)
        .toList();
  }

  private static StructField textual(StructField field) {
    DataType type =
        field.dataType() instanceof ArrayType
            ? DataTypes.createArrayType(DataTypes.StringType)
            : DataTypes.StringType;
    return DataTypes.createStructField(field.name(), type, true);
  }

  private static DataFrameReader reader(SparkSession spark, Path file, Form form) {
    DataFrameReader reader =
        spark
            .read()
            .option("mode", "PERMISSIVE")
            .option("columnNameOfCorruptRecord", CORRUPT)
            .option("encoding", "UTF-8");
    return switch (form) {
      case CSV -> reader.option("multiLine", true).option("escape", "\"");
      case TSV -> reader.option("sep", "\t").option("quote", "").option("escape", "");
      case NUMBERS -> reader.option("escape", "\"").option("ignoreLeadingWhiteSpace", true);
      case JSONL ->
          reader
              .option("primitivesAsString", true)
              .option(
                  "multiLine",
                  isArray(new Storage(spark.sparkContext().hadoopConfiguration()), file));
    };
  }

  private static boolean isArray(Storage storage, Path file) {
    try (InputStream stored = storage.open(file);
        InputStream in = file.getName().endsWith(".gz") ? new GZIPInputStream(stored) : stored) {
      int first = in.read();
      while (first >= 0 && (Character.isWhitespace(first) || first > 0x7F)) {
        first = in.read();
      }
      return first == '[';
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> cells(Row row) {
    List<String> cells = new ArrayList<>();
    for (int column = 0; column < row.size(); column++) {
      cells.add(row.isNullAt(column) ? "" : row.getString(column));
    }
    return cells;
  }

  /** Does what reads a file; Spark throws checked exceptions that it does not declare. */
  static <T> T reading(Path file, Supplier<T> reading) {
    try {
      return reading.get();
    } catch (FathomException e) {
      throw e;
    } catch (Exception e) {
      throw FathomException.data(
              "%s cannot be read: %s",
              file, String.valueOf(e.getMessage()).lines().findFirst().orElse(""))
          .causedBy(e);
    }
  }
}
