// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.source;

import static org.apache.spark.sql.functions.lit;

import dev.fathom.error.FathomException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;

/** The columns of a table that make up its pairs. */
record PairColumns(SideColumn x, SideColumn y, boolean keyed) implements Serializable {
  /**
   * Number of positions in the source that a row takes, one for a pair with each of its captions.
   */
  static final int MOST_CAPTIONS = 1024;

  /** Names of the columns of {@link #selected}. */
  static final String KEY = "key";

  static final String LABEL = "label";
  static final String GROUP = "group";
  static final String X = "x";
  static final String Y = "y";

  /**
   * Finds the columns.
   *
   * @param where name of the table, for display
   * @param folder folder that names of pictures are relative to
   */
  static PairColumns of(Dataset<Row> all, String where, InputSettings input, String folder) {
    String x = input.x().orElseGet(() -> likely(all, where, "input.x", PictureNames.IMAGE_COLUMNS));
    String y = input.y().orElseGet(() -> likely(all, where, "input.y", PictureNames.TEXT_COLUMNS));
    return new PairColumns(
        SideColumn.of(all, where, x, folder),
        SideColumn.of(all, where, y, folder),
        input.key().isPresent());
  }

  /** Selects key, label and group as text, and both sides as they are. */
  List<Column> selected(Dataset<Row> all, String where, InputSettings input) {
    return new ArrayList<>(
        List.of(
            text(all, where, input.key()).as(KEY),
            text(all, where, input.label()).as(LABEL),
            text(all, where, input.groupBy()).as(GROUP),
            all.col(SideColumn.quoted(x.name())).as(X),
            all.col(SideColumn.quoted(y.name())).as(Y)));
  }

  private static Column text(Dataset<Row> all, String where, Optional<String> named) {
    return named
        .map(
            name -> {
              SideColumn.requireColumn(all, where, name);
              return all.col(SideColumn.quoted(name)).cast(DataTypes.StringType);
            })
        .orElseGet(() -> lit(""));
  }

  private static String likely(
      Dataset<Row> all, String where, String setting, List<String> likely) {
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
                    setting, where, String.join(", ", all.columns())));
  }

  /**
   * The key of a row, blank if its cell is empty; {@code otherwise} if no column names the rows.
   */
  String key(Row row, String otherwise) {
    return keyed ? text(row, KEY) : otherwise;
  }

  /** Makes a pair of a row. */
  RawRow.Pair pair(Row row, String key, long ordinal) {
    return pair(row, key, ordinal, y.value(row.getAs(Y), key));
  }

  /** Makes a pair of a row with the given second side. */
  RawRow.Pair pair(Row row, String key, long ordinal, RawValue second) {
    return new RawRow.Pair(
        key, ordinal, x.value(row.getAs(X), key), second, text(row, LABEL), text(row, GROUP));
  }

  private static String text(Row row, String at) {
    String text = row.getAs(at);
    return text == null ? "" : text.strip();
  }
}
