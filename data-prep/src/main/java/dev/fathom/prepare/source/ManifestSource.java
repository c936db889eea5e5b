// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.source;

import dev.fathom.data.Modality;
import dev.fathom.error.FathomException;
import dev.fathom.prepare.reject.RejectReason;
import dev.fathom.prepare.reject.RejectedRowException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.apache.commons.lang3.StringUtils;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Pairs listed in a file, one per row: CSV, TSV or JSONL with named columns. The first values of a
 * side determine its modality: names with extensions of picture files are pictures, arrays of
 * numbers (JSONL) are vectors, anything else is text.
 */
final class ManifestSource implements Source {
  private static final int SAMPLE = 20;
  private static final int MOST_CAPTIONS = 1024;
  private static final int DETAIL_LENGTH = 200;

  /** Index of a column that the settings do not name. */
  private static final int NONE = -1;

  private final JavaSparkContext spark;
  private final Table table;
  private final Layout layout;
  private final String fingerprint;

  /**
   * How a row becomes a pair, on the executors.
   *
   * @param folder folder that relative names of pictures are relative to
   * @param columns number of columns of the manifest
   * @param x column of the first side
   * @param y column of the second side
   * @param key column of the key, NONE for none
   * @param label column of the class, NONE for none
   * @param group column of the group, NONE for none
   * @param xSide description of the first side
   * @param ySide description of the second side
   * @param malformed reason for rejecting a row that does not have the form of the file
   * @param captions which of several captions are used
   * @param seed seed for drawing one of several captions
   */
  private record Layout(
      String folder,
      int columns,
      int x,
      int y,
      int key,
      int label,
      int group,
      SourceSide xSide,
      SourceSide ySide,
      RejectReason malformed,
      Captions captions,
      long seed)
      implements Serializable {}

  private ManifestSource(JavaSparkContext spark, Table table, Layout layout, String fingerprint) {
    this.spark = spark;
    this.table = table;
    this.layout = layout;
    this.fingerprint = fingerprint;
  }

  /** Opens a manifest; fails if it lacks a column. */
  static ManifestSource open(
      SparkSession spark, Path file, Table.Form form, InputSettings input, String fingerprint) {
    Table table = Table.named(spark, file, form, input);
    int x =
        input
            .x()
            .map(name -> column(table, file, name))
            .orElseGet(() -> likely(table, file, "input.x", PictureNames.IMAGE_COLUMNS));
    int y =
        input
            .y()
            .map(name -> column(table, file, name))
            .orElseGet(() -> likely(table, file, "input.y", PictureNames.TEXT_COLUMNS));
    Layout layout =
        new Layout(
            input.images().orElse(file.getParent().toString()),
            table.columns().size(),
            x,
            y,
            input.key().map(name -> column(table, file, name)).orElse(NONE),
            input.label().map(name -> column(table, file, name)).orElse(NONE),
            input.groupBy().map(name -> column(table, file, name)).orElse(NONE),
            side(table, file, x),
            side(table, file, y),
            form == Table.Form.JSONL ? RejectReason.UNREADABLE_ROW : RejectReason.RAGGED_ROW,
            input.captions(),
            input.seed());
    return new ManifestSource(
        JavaSparkContext.fromSparkContext(spark.sparkContext()), table, layout, fingerprint);
  }

  @Override
  public SourceSide x() {
    return layout.xSide();
  }

  @Override
  public SourceSide y() {
    return layout.ySide();
  }

  @Override
  public JavaRDD<RawRow> rows() {
    Layout reading = layout;
    JavaRDD<RawRow> rows =
        table.rows().flatMap(row -> rows(row._1(), row._2(), reading).iterator());
    // A manifest is read in one piece or a few, but its rows are work for all tasks.
    int tasks = Sources.tasks(spark, Integer.MAX_VALUE);
    return rows.getNumPartitions() < tasks ? rows.repartition(tasks) : rows;
  }

  @Override
  public String fingerprint() {
    return fingerprint;
  }

  private static List<RawRow> rows(Row row, long number, Layout layout) {
    String key = RawRow.keyOf(number);
    long ordinal = number * MOST_CAPTIONS;
    try {
      requireWhole(row, layout);
      if (layout.key() != NONE) {
        key = required(row, layout.key());
      }
      RawValue x = value(row, layout.x(), layout.xSide(), layout.folder());
      String label = layout.label() == NONE ? "" : text(row, layout.label()).strip();
      String group = layout.group() == NONE ? "" : text(row, layout.group()).strip();
      if (layout.ySide().modality() != Modality.TEXT) {
        RawValue y = value(row, layout.y(), layout.ySide(), layout.folder());
        return List.of(new RawRow.Pair(key, ordinal, x, y, label, group));
      }
      List<String> captions = layout.captions().of(list(row, layout.y()), layout.seed(), key);
      if (captions.isEmpty()) {
        captions = List.of("");
      }
      boolean several = captions.size() > 1;
      List<RawRow> pairs = new ArrayList<>();
      for (int caption = 0; caption < Math.min(captions.size(), MOST_CAPTIONS); caption++) {
        pairs.add(
            new RawRow.Pair(
                several ? layout.captions().key(key, caption) : key,
                ordinal + caption,
                x,
                new RawValue.Caption(captions.get(caption)),
                label,
                group));
      }
      return pairs;
    } catch (RejectedRowException e) {
      return List.of(new RawRow.Broken(key, ordinal, e.reason(), e.getMessage()));
    }
  }

  private static void requireWhole(Row row, Layout layout) throws RejectedRowException {
    if (!Table.isWhole(row, layout.columns())) {
      throw new RejectedRowException(
          layout.malformed(),
          "not a row of %d columns: %s"
              .formatted(
                  layout.columns(),
                  StringUtils.abbreviate(row.getString(layout.columns()), DETAIL_LENGTH)));
    }
  }

  private static RawValue value(Row row, int column, SourceSide side, String folder)
      throws RejectedRowException {
    return switch (side.modality()) {
      case IMAGE -> new RawValue.ImageFile(folder, required(row, column));
      case TEXT -> new RawValue.Caption(text(row, column));
      case VECTOR -> new RawValue.Numbers(numbers(row, column, side.columns()));
    };
  }

  private static double[] numbers(Row row, int column, int columns) throws RejectedRowException {
    required(row, column);
    List<String> cells = list(row, column);
    if (cells.size() != columns) {
      throw new RejectedRowException(
          RejectReason.RAGGED_ROW,
          "%d numbers, %d in the first row".formatted(cells.size(), columns));
    }
    return Numbers.parse(cells);
  }

  private static String required(Row row, int column) throws RejectedRowException {
    String value = text(row, column).strip();
    if (value.isEmpty()) {
      throw new RejectedRowException(
          RejectReason.MISSING_VALUE, "column %d is empty".formatted(column + 1));
    }
    return value;
  }

  private static String text(Row row, int column) {
    return String.join(" ", list(row, column));
  }

  /** The entries of an array, or the single text of a cell; empty if it is absent. */
  private static List<String> list(Row row, int column) {
    if (row.isNullAt(column)) {
      return List.of();
    }
    return row.get(column) instanceof String text
        ? List.of(text)
        : row.<Object>getList(column).stream().map(String::valueOf).toList();
  }

  private static SourceSide side(Table table, Path file, int column) {
    int columns = table.columns().size();
    List<List<String>> sample =
        Table.reading(
            file,
            () ->
                table
                    .rows()
                    .keys()
                    .filter(row -> Table.isWhole(row, columns) && !text(row, column).isBlank())
                    .take(SAMPLE)
                    .stream()
                    .map(row -> list(row, column))
                    .toList());
    if (mostly(sample, cells -> PictureNames.isNameOfPicture(cells.get(0)))) {
      return SourceSide.IMAGE;
    }
    boolean arrays = table.isArray(column);
    if (arrays && mostly(sample, cells -> cells.stream().allMatch(Numbers::isNumber))) {
      return SourceSide.vector(sample.get(0).size());
    }
    return SourceSide.TEXT;
  }

  private static boolean mostly(List<List<String>> sample, Predicate<List<String>> test) {
    return 2 * sample.stream().filter(test).count() > sample.size();
  }

  private static int likely(Table table, Path file, String setting, List<String> likely) {
    List<String> columns =
        table.columns().stream().map(name -> name.strip().toLowerCase(Locale.ROOT)).toList();
    return likely.stream()
        .map(columns::indexOf)
        .filter(column -> column >= 0)
        .findFirst()
        .orElseThrow(
            () ->
                FathomException.usage(
                    "%s must name a column of %s; its columns are %s%s",
                    setting, file, String.join(", ", table.columns()), uncut(table)));
  }

  private static int column(Table table, Path file, String name) {
    int column = table.columns().indexOf(name);
    if (column < 0) {
      throw FathomException.usage(
          "there is no column %s in %s; its columns are %s%s",
          name, file, String.join(", ", table.columns()), uncut(table));
    }
    return column;
  }

  /** Advice for a header that was not split into cells. */
  private static String uncut(Table table) {
    return table.columns().size() > 1
        ? ""
        : "; what stands between cells is said by input.separator, and quotes count with input.format = csv";
  }
}
