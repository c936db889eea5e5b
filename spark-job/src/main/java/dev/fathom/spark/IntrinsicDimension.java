// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.spark;

import dev.fathom.error.FathomException;
import dev.fathom.intrinsic.DimensionEstimate;
import dev.fathom.intrinsic.DimensionResult;
import dev.fathom.measure.EmbeddingColumns;
import dev.fathom.measure.Measure;
import dev.fathom.measure.MeasureResult;
import dev.fathom.measure.MeasureSettings;
import dev.fathom.prepare.source.RawRow;
import dev.fathom.settings.Settings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;

/**
 * The intrinsic dimension of vectors in a DataFrame, as {@code fathom measure} estimates it: from
 * exact neighbours, searched across the cluster, of at most {@code measure.maxPoints} rows.
 */
public final class IntrinsicDimension {
  private static final StructType ESTIMATES =
      new StructType()
          .add("side", DataTypes.StringType, false)
          .add("estimator", DataTypes.StringType, false)
          .add("estimate", DataTypes.DoubleType, false)
          .add("low", DataTypes.DoubleType, false)
          .add("high", DataTypes.DoubleType, false);

  private IntrinsicDimension() {}

  /**
   * Measures a column of vectors, or of arrays of numbers.
   *
   * @param settings keys of the section {@code measure}, each as {@code KEY=VALUE}
   * @return one row per estimator: {@code side} (x), {@code estimator} (as in {@code report.json};
   *     dimension is the headline), {@code estimate}, and its 90 % interval {@code low} to {@code
   *     high}
   */
  public static Dataset<Row> of(Dataset<?> frame, String column, String... settings) {
    return measured(frame, List.of(column), settings);
  }

  /**
   * Measures two columns, whose rows are pairs. The result has the rows of x, those of y, and the
   * dimension that they share (side {@code shared}), if anything shared is found.
   */
  public static Dataset<Row> ofPairs(
      Dataset<?> frame, String xColumn, String yColumn, String... settings) {
    return measured(frame, List.of(xColumn, yColumn), settings);
  }

  /**
   * Adds a column with the dimension around each vector; it is null if a row was left out (no
   * vector, a repeated one, beyond {@code measure.maxPoints}). The frame is read twice, and both
   * times its rows must come in the same order: cache it after a shuffle.
   *
   * @param output name of the column that is added
   */
  public static Dataset<Row> pointwise(
      Dataset<?> frame, String column, String output, String... settings) {
    FrameColumns.requireAbsent(frame.schema(), output);
    Map<String, Double> around =
        labelled(frame, () -> measure(frame, List.of(column), settings).aroundX());
    Broadcast<Map<String, Double>> shared =
        JavaSparkContext.fromSparkContext(frame.sparkSession().sparkContext()).broadcast(around);
    return frame
        .sparkSession()
        .createDataFrame(
            frame
                .toDF()
                .javaRDD()
                .zipWithIndex()
                .map(
                    numbered ->
                        with(numbered._1(), shared.value().get(RawRow.keyOf(numbered._2())))),
            frame.schema().add(output, DataTypes.DoubleType, true));
  }

  private static Row with(Row row, Double more) {
    Object[] cells = new Object[row.size() + 1];
    Arrays.setAll(cells, c -> c < row.size() ? row.get(c) : more);
    return RowFactory.create(cells);
  }

  private static Dataset<Row> measured(Dataset<?> frame, List<String> columns, String... settings) {
    columns.forEach(name -> FrameColumns.requireVector(frame.schema(), "column", name));
    Dataset<Row> vectors =
        FrameColumns.plain(frame, columns).persist(StorageLevel.MEMORY_AND_DISK());
    List<Row> rows;
    try {
      rows = labelled(frame, () -> rows(measure(vectors, columns, settings).execute()));
    } finally {
      vectors.unpersist();
    }
    return frame.sparkSession().createDataFrame(rows, ESTIMATES);
  }

  private static Measure measure(Dataset<?> frame, List<String> columns, String... settings) {
    Sessions.require(frame.sparkSession());
    columns.forEach(name -> FrameColumns.requireVector(frame.schema(), "column", name));
    try {
      Settings all = Settings.defaults().with(List.of(settings)).with(FrameColumns.sides(columns));
      return new Measure(frame.sparkSession(), MeasureSettings.of(all), EmbeddingColumns.of(all))
          .embeddings(FrameColumns.plain(frame, columns));
    } catch (FathomException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  private static <T> T labelled(Dataset<?> frame, Supplier<T> work) {
    JobLabels labels = JobLabels.keep(frame.sparkSession());
    try {
      return work.get();
    } finally {
      labels.restore();
    }
  }

  private static List<Row> rows(MeasureResult result) {
    List<Row> rows = new ArrayList<>(rows("x", result.x()));
    result.y().ifPresent(y -> rows.addAll(rows("y", y)));
    result
        .shared()
        .ifPresent(
            shared ->
                rows.add(
                    RowFactory.create(
                        "shared", "dimension", shared.estimate(), shared.low(), shared.high())));
    return rows;
  }

  private static List<Row> rows(String side, DimensionResult result) {
    if (result instanceof DimensionResult.Refused refused) {
      throw FathomException.data("no dimension can be measured: %s", refused.reason());
    }
    DimensionResult.Measured measured = (DimensionResult.Measured) result;
    List<Row> rows = new ArrayList<>();
    rows.add(row(side, "dimension", measured.dimension()));
    measured
        .estimates()
        .forEach((estimator, estimate) -> rows.add(row(side, estimator.key(), estimate)));
    return rows;
  }

  private static Row row(String side, String estimator, DimensionEstimate estimate) {
    return RowFactory.create(side, estimator, estimate.estimate(), estimate.low(), estimate.high());
  }
}
