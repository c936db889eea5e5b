// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.source;

import dev.fathom.data.NumbersHeader;
import dev.fathom.data.Separator;
import dev.fathom.data.TextEncoding;
import dev.fathom.error.Causes;
import dev.fathom.error.FathomException;
import dev.fathom.files.Storage;
import java.io.BufferedReader;
import java.io.Reader;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.apache.commons.io.IOUtils;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;
import scala.Tuple2;

/**
 * A file of rows, read as text by Spark's own CSV and JSON readers.
 *
 * @param fields columns in the order of the file, each text or an array of texts
 * @param rows each row with its position in the file, from 0; a row has a cell for each column,
 *     then the text of its line if the line does not have the form of its file
 */
record Table(List<StructField> fields, JavaPairRDD<Row, Long> rows) {
  private static final String CORRUPT = "_fathom_corrupt";

  /** The form of a file. */
  enum Form {
    /** RFC 4180: quoted cells may contain doubled quotes and line breaks. */
    CSV,
    /** A quote is an ordinary character, as an unbalanced one would otherwise swallow rows. */
    TSV,
    /** One JSON object per line, or one JSON array of objects if the file begins with one. */
    JSONL,
    /** One JSON array of objects. */
    JSON_ARRAY,
    /** Numbers without line breaks in cells, so that a long file can be read in parts. */
    NUMBERS;

    /** The separator of cells, found from the start of the file. */
    private String separator(String head) {
      return switch (this) {
        case CSV -> Separator.ofHeader(head);
        case NUMBERS -> Separator.ofNumbers(head);
        case TSV, JSONL, JSON_ARRAY -> "\t";
      };
    }

    /** Whether cells may contain line breaks. */
    private boolean isWhole() {
      return this == CSV || this == JSON_ARRAY;
    }

    /**
     * Whether columns are identified by their position, so that names serve only to refer to them.
     */
    private boolean isNamedByPlace() {
      return this != JSONL && this != JSON_ARRAY;
    }
  }

  /** A file, and how its rows are split and encoded. */
  private record TextFile(
      SparkSession spark, Path file, Form form, String separator, TextEncoding encoding) {

    static TextFile of(SparkSession spark, Path file, Form form, InputSettings input) {
      Storage storage = new Storage(spark.sparkContext().hadoopConfiguration());
      TextEncoding encoding = input.encoding().of(storage, file);
      String head = encoding.head(storage, file);
      if (head.lines().findFirst().orElse("").indexOf('\0') >= 0) {
        throw FathomException.data(
            "%s holds zeros where text should be; text in UTF-16 without a mark is read by input.charset = UTF-16LE or UTF-16BE",
            file);
      }
      Form found =
          form == Form.JSONL && head.stripLeading().startsWith("[") ? Form.JSON_ARRAY : form;
      return new TextFile(
          spark, file, found, input.separator().orElseGet(() -> found.separator(head)), encoding);
    }

    Dataset<Row> read(DataFrameReader reader) {
      if (form != Form.JSONL && form != Form.JSON_ARRAY) {
        return reader.csv(file.toString());
      }
      // Spark splits lines before it decodes them.
      return encoding.isUtf8() ? reader.json(file.toString()) : reader.json(decoded());
    }

    private Dataset<String> decoded() {
      String name = file.toString();
      boolean whole = form == Form.JSON_ARRAY;
      TextEncoding in = encoding;
      SerializableConfiguration hadoop =
          new SerializableConfiguration(spark.sparkContext().hadoopConfiguration());
      JavaRDD<String> lines =
          JavaSparkContext.fromSparkContext(spark.sparkContext())
              .parallelize(List.of(name), 1)
              .flatMap(
                  path -> {
                    Reader text =
                        in.reader(new Storage(hadoop.value()).openUnpacked(new Path(path)));
                    return whole
                        ? List.of(IOUtils.toString(text)).iterator()
                        : new BufferedReader(text).lines().iterator();
                  });
      return spark.createDataset(lines.rdd(), Encoders.STRING());
    }

    DataFrameReader reader() {
      DataFrameReader reader =
          spark
              .read()
              .option("mode", "PERMISSIVE")
              .option("columnNameOfCorruptRecord", CORRUPT)
              .option("sep", separator)
              // A file whose line ends are other bytes than in UTF-8 is read in one piece.
              .option("multiLine", form.isWhole() || !encoding.isUtf8());
      return switch (form) {
        case CSV, NUMBERS ->
            reader
                .option("encoding", encoding.charset())
                .option("escape", "\"")
                .option("ignoreLeadingWhiteSpace", !Character.isWhitespace(separator.charAt(0)));
        case TSV ->
            reader.option("encoding", encoding.charset()).option("quote", "").option("escape", "");
        // Text in other encodings than UTF-8 has been decoded already.
        case JSONL, JSON_ARRAY ->
            reader
                .option("encoding", TextEncoding.UTF_8.charset())
                .option("primitivesAsString", true);
      };
    }
  }

  /** Opens a file with named columns: by its first row, or by its objects. */
  static Table named(SparkSession spark, Path file, Form form, InputSettings input) {
    return reading(file, () -> open(TextFile.of(spark, file, form, input), true));
  }

  /** Opens a CSV file of numbers; its first row names the columns unless it is numeric, too. */
  static Table numbers(SparkSession spark, Path file, InputSettings input) {
    return reading(
        file,
        () -> {
          TextFile text = TextFile.of(spark, file, Form.NUMBERS, input);
          NumbersHeader header =
              text.read(text.reader()).takeAsList(1).stream()
                  .findFirst()
                  .map(first -> NumbersHeader.of(file, first))
                  .orElse(NumbersHeader.NONE);
          Table table = open(text, header.isHeader());
          return header.hasIndex() ? table.withoutFirst() : table;
        });
  }

  private Table withoutFirst() {
    return new Table(
        fields.subList(1, fields.size()),
        rows.mapToPair(
            row -> {
              Object[] cells = new Object[row._1().size() - 1];
              Arrays.setAll(cells, i -> row._1().get(i + 1));
              return new Tuple2<>(RowFactory.create(cells), row._2());
            }));
  }

  /** The names of the columns in the order of the file. */
  List<String> columns() {
    return fields.stream().map(StructField::name).toList();
  }

  /** Whether a cell of this column is an array. */
  boolean isArray(int column) {
    return fields.get(column).dataType() instanceof ArrayType;
  }

  /** Whether a row of this many columns has the form of its file. */
  static boolean isWhole(Row row, int columns) {
    return row.isNullAt(columns);
  }

  private static Table open(TextFile text, boolean header) {
    DataFrameReader reader = text.reader().option("header", header);
    List<StructField> fields = fields(text.read(reader).schema());
    if (fields.isEmpty()) {
      throw FathomException.data("%s has no columns; is it empty?", text.file());
    }
    StructType schema = DataTypes.createStructType(fields).add(CORRUPT, DataTypes.StringType, true);
    return new Table(
        text.form().isNamedByPlace() ? stripped(fields) : fields,
        text.read(reader.schema(schema)).javaRDD().zipWithIndex());
  }

  /** The columns of a file, all as text. */
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

  /** Removes blanks around the names of columns, provided that the names stay distinct. */
  private static List<StructField> stripped(List<StructField> fields) {
    List<StructField> stripped =
        fields.stream()
            .map(field -> DataTypes.createStructField(field.name().strip(), field.dataType(), true))
            .toList();
    boolean apart = stripped.stream().map(StructField::name).distinct().count() == stripped.size();
    return apart ? stripped : fields;
  }

  /** Runs the reading of a file; Spark may throw checked exceptions that it does not declare. */
  static <T> T reading(Path file, Supplier<T> reading) {
    try {
      return reading.get();
    } catch (FathomException e) {
      throw e;
    } catch (Exception e) {
      throw FathomException.data("%s cannot be read: %s", file, Causes.told(e)).causedBy(e);
    }
  }
}
