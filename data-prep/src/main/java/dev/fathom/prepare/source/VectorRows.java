// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.source;

import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.CatalystTypeConverters;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DoubleType;
import org.apache.spark.sql.types.FloatType;
import org.apache.spark.sql.types.StructType;
import scala.Function1;

/**
 * The rows of a table, in which a vector of floats or doubles is a {@code double[]}, with NaN for
 * an absent number. In the rows that Spark makes each number is an object.
 */
final class VectorRows implements Iterator<Row> {
  private final Iterator<InternalRow> rows;
  private final StructType schema;
  private final List<Cell> cells;

  private VectorRows(Iterator<InternalRow> rows, StructType schema) {
    this.rows = rows;
    this.schema = schema;
    cells = Arrays.stream(schema.fields()).map(field -> cell(field.dataType())).toList();
  }

  /** Returns the rows of a table, in its order. */
  static JavaRDD<Row> of(Dataset<Row> table) {
    StructType schema = table.schema();
    return table
        .queryExecution()
        .toRdd()
        .toJavaRDD()
        .mapPartitions(rows -> new VectorRows(rows, schema));
  }

  /** Reads a cell of a row. */
  private interface Cell {
    Object of(InternalRow row, int column);
  }

  private static Cell cell(DataType type) {
    if (type instanceof ArrayType array && array.elementType() instanceof FloatType) {
      return (row, column) -> row.isNullAt(column) ? null : floats(row.getArray(column));
    }
    if (type instanceof ArrayType array && array.elementType() instanceof DoubleType) {
      return (row, column) -> row.isNullAt(column) ? null : doubles(row.getArray(column));
    }
    Function1<Object, Object> converter = CatalystTypeConverters.createToScalaConverter(type);
    return (row, column) -> converter.apply(row.get(column, type));
  }

  private static double[] floats(ArrayData cell) {
    double[] values = new double[cell.numElements()];
    for (int i = 0; i < values.length; i++) {
      values[i] = cell.isNullAt(i) ? Double.NaN : cell.getFloat(i);
    }
    return values;
  }

  private static double[] doubles(ArrayData cell) {
    double[] values = new double[cell.numElements()];
    for (int i = 0; i < values.length; i++) {
      values[i] = cell.isNullAt(i) ? Double.NaN : cell.getDouble(i);
    }
    return values;
  }

  @Override
  public boolean hasNext() {
    return rows.hasNext();
  }

  @Override
  public Row next() {
    InternalRow row = rows.next();
    Object[] values = new Object[cells.size()];
    Arrays.setAll(values, column -> cells.get(column).of(row, column));
    return new GenericRowWithSchema(values, schema);
  }
}
