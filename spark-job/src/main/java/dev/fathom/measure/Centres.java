// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.measure;

import dev.fathom.embed.EmbeddingFiles;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DoubleType;
import org.apache.spark.sql.types.StructType;

/**
 * The numbers that are subtracted from each column before its values become floats.
 *
 * @param x one number per column of x; empty if nothing is subtracted
 * @param y one number per column of y; empty if nothing is subtracted
 */
record Centres(double[] x, double[] y) implements Serializable {
  private static final long serialVersionUID = 1;

  /*
   * A float has 24 bits. Of numbers around 1e8 that differ by 1 it holds none of the difference.
   * Distances do not change when a column is moved, so where a column's median is more than FAR
   * times its spread, which would cost it ten bits or more, the median goes first. Other columns
   * stay as they are: their cosines are taken of the same floats as ever.
   */
  private static final double FAR = 1 << 10;

  /** Number of rows that the median is taken from; a few outliers do not move it. */
  private static final int SAMPLE = 256;

  /** Centres that subtract nothing. */
  static final Centres NONE = new Centres(new double[0], new double[0]);

  /** Returns the centres of some rows; empty for sides that already hold floats. */
  static Centres of(Dataset<Row> rows) {
    boolean wideX = isWide(rows.schema(), EmbeddingFiles.X);
    boolean wideY = isWide(rows.schema(), EmbeddingFiles.Y);
    if (!wideX && !wideY) {
      return NONE;
    }
    List<Row> sample =
        rows.select(EmbeddingFiles.X, EmbeddingFiles.Y).limit(SAMPLE).collectAsList();
    return new Centres(
        wideX ? medians(sample, 0) : new double[0], wideY ? medians(sample, 1) : new double[0]);
  }

  /** Whether a column holds arrays of doubles. */
  static boolean isWide(StructType schema, String column) {
    return schema.apply(column).dataType() instanceof ArrayType array
        && array.elementType() instanceof DoubleType;
  }

  private static double[] medians(List<Row> rows, int side) {
    List<List<Double>> vectors =
        rows.stream()
            .filter(row -> !row.isNullAt(side))
            .map(row -> row.<Double>getList(side))
            .toList();
    int width = vectors.stream().mapToInt(List::size).min().orElse(0);
    double[] medians =
        IntStream.range(0, width)
            .mapToDouble(
                c ->
                    centre(
                        vectors.stream()
                            .map(vector -> vector.get(c))
                            .filter(Objects::nonNull)
                            .mapToDouble(Double::doubleValue)
                            .filter(Double::isFinite)
                            .sorted()
                            .toArray()))
            .toArray();
    return Arrays.stream(medians).allMatch(median -> median == 0) ? new double[0] : medians;
  }

  private static double centre(double[] sorted) {
    if (sorted.length == 0) {
      return 0;
    }
    double median = sorted[sorted.length / 2];
    double spread = sorted[sorted.length * 3 / 4] - sorted[sorted.length / 4];
    return Math.abs(median) > FAR * spread ? median : 0;
  }

  boolean areNone() {
    return x.length == 0 && y.length == 0;
  }

  /** Returns the values, as floats, with the centres added back. */
  static float[] restored(float[] values, double[] centre) {
    if (centre.length == 0) {
      return values;
    }
    float[] restored = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      restored[i] = (float) (values[i] + centre[i % centre.length]);
    }
    return restored;
  }
}
