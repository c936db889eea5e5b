// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.data;

import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** The columns of a shard and of the rejects. */
public final class PairSchema {
  /** Unique name of the pair. */
  public static final String KEY = "key";

  /** The first side. */
  public static final String X = "x";

  /** The second side. */
  public static final String Y = "y";

  /** Class of the pair, or null. */
  public static final String LABEL = "label";

  /** Text that shows {@link #X} to a reader: a file path or a caption, or null. */
  public static final String X_SOURCE = "x_source";

  /** Text that shows {@link #Y} to a reader. */
  public static final String Y_SOURCE = "y_source";

  /**
   * The picture of {@link #X} as a JPEG file, if x holds its features; else there is no such
   * column.
   */
  public static final String X_PICTURE = "x_picture";

  /**
   * The picture of {@link #Y} as a JPEG file, if y holds its features; else there is no such
   * column.
   */
  public static final String Y_PICTURE = "y_picture";

  /** Value of the column that the split was grouped by, or null. */
  public static final String GROUP = "group";

  /** 128-bit digest of the file of the first image of the pair, or null. */
  public static final String DIGEST = "digest";

  /** The partition column: a {@link Split#directory()}. */
  public static final String SPLIT = "split";

  /** The reason of a rejection, as a code to group by. */
  public static final String REASON = "reason";

  /** The reason of a rejection, in words. */
  public static final String DETAIL = "detail";

  private PairSchema() {}

  /** The schema of a shard whose sides have these modalities, the partition column last. */
  public static StructType pairs(Modality x, Modality y) {
    return rows(x, y).add(SPLIT, DataTypes.StringType, false);
  }

  /** The schema of a shard without the partition column, which is in no file. */
  public static StructType rows(Modality x, Modality y) {
    return new StructType()
        .add(KEY, DataTypes.StringType, false)
        .add(X, type(x), false)
        .add(Y, type(y), false)
        .add(LABEL, DataTypes.StringType, true)
        .add(X_SOURCE, DataTypes.StringType, true)
        .add(Y_SOURCE, DataTypes.StringType, true)
        .add(GROUP, DataTypes.StringType, true)
        .add(DIGEST, DataTypes.BinaryType, true);
  }

  /** The schema of a shard with the pictures whose features the sides hold. */
  public static StructType rows(Side x, Side y) {
    StructType schema = rows(x.modality(), y.modality());
    if (isPictured(x)) {
      schema = schema.add(X_PICTURE, DataTypes.BinaryType, true);
    }
    return isPictured(y) ? schema.add(Y_PICTURE, DataTypes.BinaryType, true) : schema;
  }

  /** Whether a side holds features of pictures, which are stored in a column of their own. */
  public static boolean isPictured(Side side) {
    return side.frozen().filter(network -> network.of() == Modality.IMAGE).isPresent();
  }

  /** The schema of {@code rejects/}. */
  public static StructType rejects() {
    return new StructType()
        .add(KEY, DataTypes.StringType, false)
        .add(REASON, DataTypes.StringType, false)
        .add(DETAIL, DataTypes.StringType, true);
  }

  private static DataType type(Modality modality) {
    return switch (modality) {
      case IMAGE -> DataTypes.BinaryType;
      case TEXT -> DataTypes.createArrayType(DataTypes.IntegerType, false);
      case VECTOR -> DataTypes.createArrayType(DataTypes.FloatType, false);
    };
  }
}
