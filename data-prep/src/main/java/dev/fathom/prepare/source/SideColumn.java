// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.source;

import static org.apache.spark.sql.functions.size;

import dev.fathom.data.Modality;
import dev.fathom.data.Side;
import dev.fathom.error.FathomException;
import dev.fathom.prepare.reject.RejectReason;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructType;
import scala.collection.JavaConverters;
import scala.collection.Seq;

/**
 * A column that holds one side of the pairs. Its type determines the content: bytes, or a structure
 * with {@code bytes} and {@code path} as Hugging Face writes it, are a picture; an array of numbers
 * is a vector; text is a caption, or names a picture.
 *
 * @param folder folder that names of pictures are relative to
 */
public record SideColumn(String name, Content content, SourceSide side, String folder)
    implements Serializable {
  private static final int SAMPLE = 20;
  private static final String BYTES = "bytes";
  private static final String PATH = "path";

  /** The kind of content of a cell. */
  public enum Content {
    /** The content of a picture file. */
    IMAGE_BYTES,
    /** The content of a picture file with its name, or the name alone. */
    IMAGE_STRUCT,
    /** The name of a picture file. */
    IMAGE_NAME,
    /** A caption. */
    TEXT,
    /** Several captions. */
    TEXTS,
    /** A vector. */
    VECTOR
  }

  /**
   * The content of cells of a type; text, which may also name pictures, counts as text; empty for
   * other types.
   */
  public static Optional<Content> contentOf(DataType type) {
    if (type instanceof BinaryType) {
      return Optional.of(Content.IMAGE_BYTES);
    }
    if (type instanceof StructType structure
        && Arrays.asList(structure.fieldNames()).contains(BYTES)
        && structure.apply(BYTES).dataType() instanceof BinaryType) {
      return Optional.of(Content.IMAGE_STRUCT);
    }
    if (type instanceof ArrayType array && array.elementType() instanceof NumericType) {
      return Optional.of(Content.VECTOR);
    }
    if (type instanceof ArrayType array && array.elementType() instanceof StringType) {
      return Optional.of(Content.TEXTS);
    }
    return type instanceof StringType ? Optional.of(Content.TEXT) : Optional.empty();
  }

  /**
   * Returns the column of a type for a side of a model; empty if the model cannot read such cells.
   */
  public static Optional<SideColumn> read(String name, DataType type, Side side, String folder) {
    return contentOf(type)
        .map(
            content ->
                content == Content.TEXT && side.read() == Modality.IMAGE
                    ? Content.IMAGE_NAME
                    : content)
        .map(
            content ->
                switch (content) {
                  case IMAGE_BYTES, IMAGE_STRUCT, IMAGE_NAME ->
                      new SideColumn(name, content, SourceSide.IMAGE, folder);
                  case TEXT, TEXTS -> new SideColumn(name, content, SourceSide.TEXT, folder);
                  case VECTOR ->
                      new SideColumn(name, content, SourceSide.vector(side.size()), folder);
                })
        .filter(column -> column.side.modality() == side.read());
  }

  /**
   * Returns a column of a table. Some of its rows are read to tell texts from names, and for the
   * width of vectors.
   */
  static SideColumn of(Dataset<Row> all, String where, String name, String folder) {
    requireColumn(all, where, name);
    DataType type = all.schema().apply(name).dataType();
    Content content =
        contentOf(type)
            .orElseThrow(
                () ->
                    FathomException.usage(
                        "column %s of %s is %s: no picture (bytes), no text and no array of"
                            + " numbers",
                        name, where, type.simpleString()));
    return switch (content) {
      case IMAGE_BYTES, IMAGE_STRUCT, IMAGE_NAME ->
          new SideColumn(name, content, SourceSide.IMAGE, folder);
      case VECTOR ->
          new SideColumn(name, content, SourceSide.vector(width(all, where, name)), folder);
      case TEXTS -> new SideColumn(name, content, SourceSide.TEXT, folder);
      case TEXT ->
          namesPictures(all, name)
              ? new SideColumn(name, Content.IMAGE_NAME, SourceSide.IMAGE, folder)
              : new SideColumn(name, content, SourceSide.TEXT, folder);
    };
  }

  private static boolean namesPictures(Dataset<Row> all, String name) {
    Column column = all.col(quoted(name));
    List<Row> sample = all.select(column).where(column.isNotNull()).takeAsList(SAMPLE);
    long pictures =
        sample.stream().filter(row -> PictureNames.isNameOfPicture(row.getString(0))).count();
    return 2 * pictures > sample.size();
  }

  private static int width(Dataset<Row> all, String where, String name) {
    Column column = all.col(quoted(name));
    List<Row> first = all.select(size(column)).where(column.isNotNull()).takeAsList(1);
    if (first.isEmpty()) {
      throw FathomException.data("column %s of %s is empty", name, where);
    }
    return first.get(0).getInt(0);
  }

  static void requireColumn(Dataset<Row> all, String where, String name) {
    if (!Arrays.asList(all.columns()).contains(name)) {
      throw FathomException.usage(
          "there is no column %s in %s; its columns are %s",
          name, where, String.join(", ", all.columns()));
    }
  }

  /** A column's name as an expression, whatever characters the name contains. */
  public static String quoted(String name) {
    return "`" + name.replace("`", "``") + "`";
  }

  /**
   * Returns the value of a cell.
   *
   * @param cell cell of a row, null if it is absent; a vector may be a {@code double[]}
   * @param key name for a picture without one
   */
  public RawValue value(Object cell, String key) {
    if (cell == null) {
      return new RawValue.Unusable(
          RejectReason.MISSING_VALUE, "column %s is empty".formatted(name));
    }
    return switch (content) {
      case IMAGE_BYTES -> new RawValue.ImageContent(key, (byte[]) cell);
      case IMAGE_STRUCT -> picture((Row) cell, key);
      case IMAGE_NAME -> new RawValue.ImageFile(folder, ((String) cell).strip());
      case TEXT -> new RawValue.Caption((String) cell);
      case TEXTS -> new RawValue.Caption(String.join(" ", texts(cell)));
      case VECTOR -> vector(cell, side.columns());
    };
  }

  private RawValue picture(Row value, String key) {
    boolean named = Arrays.asList(value.schema().fieldNames()).contains(PATH);
    String path = named ? value.getAs(PATH) : null;
    byte[] bytes = value.getAs(BYTES);
    if (bytes != null) {
      return new RawValue.ImageContent(path == null ? key : path, bytes);
    }
    return path == null
        ? new RawValue.Unusable(RejectReason.MISSING_VALUE, "column %s is empty".formatted(name))
        : new RawValue.ImageFile(folder, path);
  }

  /** The texts of a cell that holds several; empty if it is absent. */
  static List<String> texts(Object cell) {
    return cell == null
        ? List.of()
        : SideColumn.<String>list(cell).stream().filter(text -> text != null).toList();
  }

  @SuppressWarnings("unchecked")
  private static <T> List<T> list(Object cell) {
    return JavaConverters.seqAsJavaList((Seq<T>) cell);
  }

  /** The vector in a cell, a {@code double[]} or a list of numbers. */
  static RawValue vector(Object cell, int columns) {
    return cell instanceof double[] values
        ? numbers(values, columns)
        : numbers(SideColumn.<Number>list(cell), columns);
  }

  private static RawValue numbers(List<Number> cells, int columns) {
    double[] values = new double[cells.size()];
    for (int c = 0; c < values.length; c++) {
      values[c] = cells.get(c) == null ? Double.NaN : cells.get(c).doubleValue();
    }
    return numbers(values, columns);
  }

  private static RawValue numbers(double[] values, int columns) {
    return values.length == columns
        ? Numbers.checked(values)
        : new RawValue.Unusable(
            RejectReason.RAGGED_ROW,
            "%d numbers, %d in the first row".formatted(values.length, columns));
  }
}
