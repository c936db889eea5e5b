// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.source;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.size;

import dev.fathom.data.ParquetFile;
import dev.fathom.error.FathomException;
import dev.fathom.files.Storage;
import dev.fathom.prepare.reject.RejectReason;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructType;

/**
 * Pairs in Parquet, a row each. A side is what its column's type tells: bytes, or a structure with
 * {@code bytes} and {@code path} as Hugging Face writes it, are a picture; an array of numbers is a
 * vector; text is a caption, or names a picture. Rows that img2dataset marked as failed are
 * rejected as such.
 */
final class ParquetSource implements Source {
  private static final int SAMPLE = 20;
  private static final int ROWS_OF_A_FILE_BITS = 34;
  private static final int MOST_CAPTIONS = 1024;
  private static final String STATUS = "status";
  private static final String SUCCESS = "success";
  private static final String ERROR = "error_message";
  private static final String BYTES = "bytes";
  private static final String PATH = "path";

  /** Pictures are large: of the usual 4096 rows a batch would take a heap. */
  private static final String BATCH = "spark.sql.parquet.columnarReaderBatchSize";

  private static final String ROWS_OF_A_BATCH = "128";

  private final Dataset<Row> rows;
  private final Layout layout;
  private final String fingerprint;

  /** The content of a column. */
  private enum Content {
    IMAGE_BYTES,
    IMAGE_STRUCT,
    IMAGE_NAME,
    TEXT,
    TEXTS,
    VECTOR
  }

  private record SideColumn(String name, Content content, SourceSide side)
      implements Serializable {}

  /**
   * How a row becomes a pair.
   *
   * @param folder what names of pictures are relative to
   * @param names of the files by their paths, what keys begin with
   * @param numbers of the files by their paths
   */
  private record Layout(
      String folder,
      HashMap<String, String> names,
      HashMap<String, Integer> numbers,
      SideColumn x,
      SideColumn y,
      boolean keyed,
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
    SideColumn x =
        side(
            all,
            files,
            input.x().orElseGet(() -> likely(all, files, "input.x", PictureNames.IMAGE_COLUMNS)));
    SideColumn y =
        side(
            all,
            files,
            input.y().orElseGet(() -> likely(all, files, "input.y", PictureNames.TEXT_COLUMNS)));
    List<Column> wanted =
        new ArrayList<>(
            List.of(
                input.key().map(name -> text(all, files, name)).orElseGet(() -> lit("")).as("key"),
                input
                    .label()
                    .map(name -> text(all, files, name))
                    .orElseGet(() -> lit(""))
                    .as("label"),
                input
                    .groupBy()
                    .map(name -> text(all, files, name))
                    .orElseGet(() -> lit(""))
                    .as("group"),
                all.col(quoted(x.name())).as("x"),
                all.col(quoted(y.name())).as("y"),
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
    Path folder = input.images().map(Path::new).orElse(folder(files, parts));
    return new ParquetSource(
        all.select(wanted.toArray(Column[]::new)),
        new Layout(
            folder.toString(),
            names,
            numbers,
            x,
            y,
            input.key().isPresent(),
            input.captions(),
            input.seed()),
        files.fingerprint(parts));
  }

  private static Path folder(InputFiles files, List<Path> parts) {
    return parts.get(0).equals(files.root()) ? files.root().getParent() : files.root();
  }

  private static String quoted(String name) {
    return "`" + name.replace("`", "``") + "`";
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

  private static Column text(Dataset<Row> all, InputFiles files, String name) {
    requireColumn(all, files, name);
    return all.col(quoted(name)).cast(DataTypes.StringType);
  }

  private static void requireColumn(Dataset<Row> all, InputFiles files, String name) {
    if (!Arrays.asList(all.columns()).contains(name)) {
      throw FathomException.usage(
          "there is no column %s in %s; its columns are %s",
          name, files.root(), String.join(", ", all.columns()));
    }
  }

  private static String likely(
      Dataset<Row> all, InputFiles files, String setting, List<String> likely) {
    return likely.stream()
        .flatMap(
            name ->
                Arrays.stream(all.columns())
                    .filter(column -> column.toLowerCase(Locale.ROOT).equals(name)))
        .findFirst()
        .orElseThrow(
            () ->
                FathomException.usage(
                    "%s must name a column of %s; its columns are %s",
                    setting, files.root(), String.join(", ", all.columns())));
  }

  private static SideColumn side(Dataset<Row> all, InputFiles files, String name) {
    requireColumn(all, files, name);
    DataType type = all.schema().apply(name).dataType();
    if (type instanceof BinaryType) {
      return new SideColumn(name, Content.IMAGE_BYTES, SourceSide.IMAGE);
    }
    if (type instanceof StructType structure
        && Arrays.asList(structure.fieldNames()).contains(BYTES)
        && structure.apply(BYTES).dataType() instanceof BinaryType) {
      return new SideColumn(name, Content.IMAGE_STRUCT, SourceSide.IMAGE);
    }
    if (type instanceof ArrayType array && array.elementType() instanceof NumericType) {
      return new SideColumn(name, Content.VECTOR, SourceSide.vector(width(all, files, name)));
    }
    if (type instanceof ArrayType array && array.elementType() instanceof StringType) {
      return new SideColumn(name, Content.TEXTS, SourceSide.TEXT);
    }
    if (type instanceof StringType) {
      List<Row> sample =
          all.select(all.col(quoted(name)))
              .where(all.col(quoted(name)).isNotNull())
              .takeAsList(SAMPLE);
      long pictures =
          sample.stream().filter(row -> PictureNames.isNameOfPicture(row.getString(0))).count();
      return 2 * pictures > sample.size()
          ? new SideColumn(name, Content.IMAGE_NAME, SourceSide.IMAGE)
          : new SideColumn(name, Content.TEXT, SourceSide.TEXT);
    }
    throw FathomException.usage(
        "column %s of %s is %s: no picture (bytes), no text and no array of numbers",
        name, files.root(), type.simpleString());
  }

  private static int width(Dataset<Row> all, InputFiles files, String name) {
    Column column = all.col(quoted(name));
    List<Row> first = all.select(size(column)).where(column.isNotNull()).takeAsList(1);
    if (first.isEmpty()) {
      throw FathomException.data("column %s of %s is empty", name, files.root());
    }
    return first.get(0).getInt(0);
  }

  @Override
  public SourceSide x() {
    return layout.x().side();
  }

  @Override
  public SourceSide y() {
    return layout.y().side();
  }

  @Override
  public JavaRDD<RawRow> rows() {
    Layout reading = layout;
    return rows.javaRDD().flatMap(row -> rows(row, reading).iterator());
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
            * MOST_CAPTIONS;
    String given = row.isNullAt(0) ? "" : row.getString(0).strip();
    String key =
        layout.keyed()
            ? given
            : layout.names().getOrDefault(file, file) + "/" + RawRow.keyOf(number);
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
    RawValue x = value(row, "x", layout.x(), layout, key);
    if (layout.y().content() != Content.TEXTS) {
      RawValue y = value(row, "y", layout.y(), layout, key);
      return List.of(new RawRow.Pair(key, ordinal, x, y, text(row, "label"), text(row, "group")));
    }
    List<String> captions = texts(row, "y");
    List<String> taken = layout.captions().of(captions, layout.seed(), key);
    if (taken.isEmpty()) {
      return List.of(
          new RawRow.Broken(key, ordinal, RejectReason.MISSING_VALUE, "there is no caption"));
    }
    List<RawRow> pairs = new ArrayList<>();
    for (int caption = 0; caption < Math.min(taken.size(), MOST_CAPTIONS); caption++) {
      pairs.add(
          new RawRow.Pair(
              layout.captions().key(key, caption),
              ordinal + caption,
              x,
              new RawValue.Caption(taken.get(caption)),
              text(row, "label"),
              text(row, "group")));
    }
    return pairs;
  }

  private static RawValue value(Row row, String at, SideColumn column, Layout layout, String key) {
    Object value = row.getAs(at);
    if (value == null) {
      return new RawValue.Unusable(
          RejectReason.MISSING_VALUE, "column %s is empty".formatted(column.name()));
    }
    return switch (column.content()) {
      case IMAGE_BYTES -> new RawValue.ImageContent(key, (byte[]) value);
      case IMAGE_STRUCT -> picture((Row) value, column, layout, key);
      case IMAGE_NAME -> new RawValue.ImageFile(layout.folder(), ((String) value).strip());
      case TEXT -> new RawValue.Caption((String) value);
      case TEXTS -> new RawValue.Caption(String.join(" ", texts(row, at)));
      case VECTOR -> numbers(row.getList(row.fieldIndex(at)), column.side().columns());
    };
  }

  private static RawValue picture(Row value, SideColumn column, Layout layout, String key) {
    boolean named = Arrays.asList(value.schema().fieldNames()).contains(PATH);
    String name = named ? value.getAs(PATH) : null;
    byte[] content = value.getAs(BYTES);
    if (content != null) {
      return new RawValue.ImageContent(name == null ? key : name, content);
    }
    return name == null
        ? new RawValue.Unusable(
            RejectReason.MISSING_VALUE, "column %s is empty".formatted(column.name()))
        : new RawValue.ImageFile(layout.folder(), name);
  }

  /** The vector that the first column of a row holds. */
  static RawValue vector(Row row, int columns) {
    return row.isNullAt(0)
        ? new RawValue.Unusable(RejectReason.MISSING_VALUE, "the row is empty")
        : numbers(row.getList(0), columns);
  }

  private static RawValue numbers(List<Number> cells, int columns) {
    if (cells.size() != columns) {
      return new RawValue.Unusable(
          RejectReason.RAGGED_ROW,
          "%d numbers, %d in the first row".formatted(cells.size(), columns));
    }
    double[] values = new double[columns];
    for (int c = 0; c < columns; c++) {
      values[c] = cells.get(c) == null ? Double.NaN : cells.get(c).doubleValue();
    }
    return Numbers.checked(values);
  }

  private static List<String> texts(Row row, String at) {
    int column = row.fieldIndex(at);
    return row.isNullAt(column)
        ? List.of()
        : row.<String>getList(column).stream().filter(text -> text != null).toList();
  }

  private static String text(Row row, String at) {
    String text = row.getAs(at);
    return text == null ? "" : text.strip();
  }
}
