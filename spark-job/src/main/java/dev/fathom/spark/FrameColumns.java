// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.spark;

import static org.apache.spark.ml.functions.vector_to_array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.udf;

import com.typesafe.config.ConfigUtil;
import dev.fathom.prepare.source.SideColumn;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.apache.spark.ml.image.ImageSchema;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.AtomicType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Columns of a DataFrame. Besides the types that Fathom's own readers know they may hold Spark's
 * vectors and images; an image becomes a PNG of its pixels.
 */
final class FrameColumns {
  private static final int BLUE = 0;
  private static final int GREEN = 1;
  private static final int RED = 2;
  private static final int ALPHA = 3;

  private FrameColumns() {}

  /** Returns the name of a column, which must be set. */
  static String named(Params owner, Param<String> param) {
    if (!owner.isDefined(param)) {
      throw new IllegalArgumentException("%s is not set".formatted(param));
    }
    return owner.getOrDefault(param);
  }

  /** Returns the type of a column, which must exist. */
  private static DataType required(StructType schema, String param, String name) {
    if (!Arrays.asList(schema.fieldNames()).contains(name)) {
      throw new IllegalArgumentException(
          "%s: column %s does not exist. Available: %s"
              .formatted(param, name, String.join(", ", schema.fieldNames())));
    }
    return schema.apply(name).dataType();
  }

  /** Requires that a side's column exists and has a type that can be read. */
  static void requireSide(StructType schema, Param<String> param, String name) {
    DataType type = required(schema, param.name(), name);
    Optional<SideColumn.Content> content = SideColumn.contentOf(plain(type));
    if (content.isEmpty() || content.get() == SideColumn.Content.TEXTS) {
      throw new IllegalArgumentException(
          "%s: column %s is of type %s; a side is a picture (binary, image), a text (string) or a vector (vector, array of numbers)"
              .formatted(param.name(), name, type.catalogString()));
    }
  }

  /** Requires a column of vectors, or of arrays of numbers. */
  static void requireVector(StructType schema, String param, String name) {
    DataType type = required(schema, param, name);
    if (!SideColumn.contentOf(plain(type)).equals(Optional.of(SideColumn.Content.VECTOR))) {
      throw new IllegalArgumentException(
          "%s: column %s is of type %s, no vector and no array of numbers"
              .formatted(param, name, type.catalogString()));
    }
  }

  /** Assignments that name the columns of one or two sides. */
  static List<String> sides(List<String> columns) {
    List<String> keys = List.of("input.x", "input.y");
    return IntStream.range(0, columns.size())
        .mapToObj(side -> keys.get(side) + "=" + ConfigUtil.quoteString(columns.get(side)))
        .toList();
  }

  /**
   * Requires that a column of names or classes exists and has a type that can be turned into text.
   */
  static void requireText(StructType schema, Param<String> param, String name) {
    DataType type = required(schema, param.name(), name);
    if (!(type instanceof AtomicType) || type.equals(DataTypes.BinaryType)) {
      throw new IllegalArgumentException(
          "%s: column %s is of type %s, which has no text"
              .formatted(param.name(), name, type.catalogString()));
    }
  }

  /** Returns the schema with another column of vectors, which must not exist yet. */
  static StructType withVector(StructType schema, String name) {
    requireAbsent(schema, name);
    return schema.add(name, SQLDataTypes.VectorType(), true);
  }

  /** Requires that no column has the name of a column to add. */
  static void requireAbsent(StructType schema, String name) {
    if (Arrays.asList(schema.fieldNames()).contains(name)) {
      throw new IllegalArgumentException("Output column %s already exists.".formatted(name));
    }
  }

  /** The type of a cell after {@link #plain(Object)}. */
  static DataType plain(DataType type) {
    if (type.equals(SQLDataTypes.VectorType())) {
      return DataTypes.createArrayType(DataTypes.DoubleType, false);
    }
    return isImage(type) ? DataTypes.BinaryType : type;
  }

  private static boolean isImage(DataType type) {
    return type instanceof StructType structure
        && Arrays.equals(structure.fieldNames(), ImageSchema.columnSchema().fieldNames());
  }

  /** Converts a cell to a form that Fathom's own readers know. */
  static Object plain(Object cell) {
    if (cell instanceof Vector vector) {
      return vector.toArray();
    }
    return cell instanceof Row row && row.schema() != null && isImage(row.schema())
        ? png(row)
        : cell;
  }

  /** Selects columns of a frame, in a form that Fathom's own readers know. */
  static Dataset<Row> plain(Dataset<?> frame, Collection<String> columns) {
    return frame.select(
        columns.stream()
            .distinct()
            .map(name -> plain(frame.schema().apply(name).dataType(), name).as(name))
            .toArray(Column[]::new));
  }

  private static Column plain(DataType type, String name) {
    Column column = col(SideColumn.quoted(name));
    if (type.equals(SQLDataTypes.VectorType())) {
      return vector_to_array(column, "float64");
    }
    return isImage(type)
        ? udf((UDF1<Row, byte[]>) FrameColumns::png, DataTypes.BinaryType).apply(column)
        : column;
  }

  /**
   * Converts an image of Spark to a PNG file; null if there is no image, empty if it could not be
   * read.
   */
  private static byte[] png(Row image) {
    if (image == null) {
      return null;
    }
    int width = ImageSchema.getWidth(image);
    int height = ImageSchema.getHeight(image);
    int channels = ImageSchema.getNChannels(image);
    byte[] data = ImageSchema.getData(image);
    if (width < 1 || height < 1 || data.length != width * height * channels) {
      return new byte[0];
    }
    BufferedImage picture =
        new BufferedImage(
            width,
            height,
            channels > ALPHA ? BufferedImage.TYPE_INT_ARGB : BufferedImage.TYPE_INT_RGB);
    for (int pixel = 0; pixel < width * height; pixel++) {
      picture.setRGB(pixel % width, pixel / width, colour(data, pixel * channels, channels));
    }
    try {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      ImageIO.write(picture, "png", out);
      return out.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int colour(byte[] data, int at, int channels) {
    int blue = data[at + BLUE] & 0xff;
    int green = channels > GREEN ? data[at + GREEN] & 0xff : blue;
    int red = channels > RED ? data[at + RED] & 0xff : blue;
    int alpha = channels > ALPHA ? data[at + ALPHA] & 0xff : 0xff;
    return alpha << 24 | red << 16 | green << 8 | blue;
  }
}
