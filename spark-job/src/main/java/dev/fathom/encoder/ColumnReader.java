// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.encoder;

import dev.fathom.data.Side;
import org.apache.spark.sql.catalyst.InternalRow;

/** Copies a shard's rows into columns. It reads Spark's own row format, so no number is boxed. */
public final class ColumnReader {
  private ColumnReader() {}

  /** Adds field {@code ordinal} of a row to the builder of a side. */
  public static void add(InternalRow row, int ordinal, Side side, ColumnBuilder builder) {
    switch (side.modality()) {
      case IMAGE -> builder.add(side.encoding().decode(row.getBinary(ordinal)));
      case TEXT -> builder.add(row.getArray(ordinal).toIntArray());
      case VECTOR -> builder.add(row.getArray(ordinal).toFloatArray());
    }
  }
}
