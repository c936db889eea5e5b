// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.source;

import dev.fathom.common.FathomException;
import dev.fathom.common.Storage;
import dev.fathom.prepare.reject.RejectReason;
import dev.fathom.prepare.reject.RejectedRowException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.commons.lang3.StringUtils;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import scala.Tuple2;

/**
 * Pairs of numeric rows: a directory of CSV files, row i of one belonging to row i of the other.
 */
final class MatrixSource implements Source {
  private static final int DETAIL_LENGTH = 200;
  private static final String ENDING = ".csv";

  private final Table x;
  private final Table y;
  private final Optional<Table> labels;
  private final Optional<Table> groups;
  private final String fingerprint;

  private MatrixSource(
      Table x, Table y, Optional<Table> labels, Optional<Table> groups, String fingerprint) {
    this.x = x;
    this.y = y;
    this.labels = labels;
    this.groups = groups;
    this.fingerprint = fingerprint;
  }

  /** Opens the files that the settings name; they must have equally many rows. */
  static MatrixSource open(
      SparkSession spark, Storage storage, Path directory, InputSettings input) {
    List<Path> opened = new ArrayList<>();
    Opener opener =
        name -> {
          Path file = file(storage, directory, name);
          opened.add(file);
          return Table.numbers(spark, file);
        };
    Table x = opener.open(required(storage, directory, "input.x", input.x()));
    Table y = opener.open(required(storage, directory, "input.y", input.y()));
    Optional<Table> labels = input.label().map(opener::open);
    Optional<Table> groups = input.groupBy().map(opener::open);
    List<Table> tables = new ArrayList<>(List.of(x, y));
    labels.ifPresent(tables::add);
    groups.ifPresent(tables::add);
    requireAligned(opened, tables);
    return new MatrixSource(x, y, labels, groups, Fingerprint.of(storage, opened));
  }

  private interface Opener {
    Table open(String name);
  }

  @Override
  public SourceSide x() {
    return SourceSide.vector(x.columns().size());
  }

  @Override
  public SourceSide y() {
    return SourceSide.vector(y.columns().size());
  }

  @Override
  public JavaRDD<RawRow> rows() {
    int xColumns = x.columns().size();
    int yColumns = y.columns().size();
    JavaPairRDD<Long, Tuple2<Row, Row>> pairs = byOrdinal(x).join(byOrdinal(y));
    JavaPairRDD<Long, Tuple2<String, String>> names =
        names(labels, pairs).join(names(groups, pairs));
    return pairs
        .join(names)
        .map(
            row ->
                row(
                    row._1(),
                    row._2()._1()._1(),
                    xColumns,
                    row._2()._1()._2(),
                    yColumns,
                    row._2()._2()));
  }

  @Override
  public boolean keysMayRepeat() {
    return false;
  }

  @Override
  public OptionalInt knownDimension() {
    return OptionalInt.empty();
  }

  @Override
  public String fingerprint() {
    return fingerprint;
  }

  private static RawRow row(
      long ordinal, Row x, int xColumns, Row y, int yColumns, Tuple2<String, String> names) {
    String key = RawRow.keyOf(ordinal);
    try {
      return new RawRow.Pair(
          key, ordinal, numbers(x, xColumns), numbers(y, yColumns), names._1(), names._2());
    } catch (RejectedRowException e) {
      return new RawRow.Broken(key, ordinal, e.reason(), e.getMessage());
    }
  }

  private static RawValue numbers(Row row, int columns) throws RejectedRowException {
    if (!Table.isWhole(row, columns)) {
      throw new RejectedRowException(
          RejectReason.RAGGED_ROW,
          "not a row of %d numbers: %s"
              .formatted(columns, StringUtils.abbreviate(row.getString(columns), DETAIL_LENGTH)));
    }
    List<String> cells = new ArrayList<>(columns);
    for (int column = 0; column < columns; column++) {
      cells.add(row.isNullAt(column) ? "" : row.getString(column));
    }
    return new RawValue.Numbers(Numbers.parse(cells));
  }

  private static JavaPairRDD<Long, Row> byOrdinal(Table table) {
    return table.rows().mapToPair(Tuple2::swap);
  }

  /** The first column of a file by row, blank for every row where there is no file. */
  private static JavaPairRDD<Long, String> names(
      Optional<Table> table, JavaPairRDD<Long, Tuple2<Row, Row>> pairs) {
    return table
        .map(MatrixSource::byOrdinal)
        .map(rows -> rows.mapValues(row -> row.isNullAt(0) ? "" : row.getString(0).strip()))
        .orElseGet(() -> pairs.mapValues(pair -> ""));
  }

  private static void requireAligned(List<Path> files, List<Table> tables) {
    long rows = tables.get(0).rows().count();
    for (int i = 1; i < files.size(); i++) {
      long others = tables.get(i).rows().count();
      if (others != rows) {
        throw FathomException.data(
            "%s has %d rows, %s has %d; rows belong together by their number, so the files must be equally long",
            files.get(0), rows, files.get(i), others);
      }
    }
  }

  private static String required(
      Storage storage, Path directory, String setting, Optional<String> name) {
    return name.orElseThrow(
        () ->
            FathomException.usage(
                "%s must name a file of %s; its files are %s",
                setting, directory, files(storage, directory)));
  }

  private static Path file(Storage storage, Path directory, String name) {
    Path asNamed = new Path(directory, name);
    Path withEnding = new Path(directory, name + ENDING);
    if (storage.exists(asNamed)) {
      return asNamed;
    }
    if (storage.exists(withEnding)) {
      return withEnding;
    }
    throw FathomException.usage(
        "there is no file %s in %s; its files are %s", name, directory, files(storage, directory));
  }

  private static String files(Storage storage, Path directory) {
    List<String> names =
        Arrays.stream(storage.list(directory))
            .map(status -> status.getPath().getName())
            .filter(name -> name.endsWith(ENDING))
            .toList();
    return names.isEmpty() ? "none" : String.join(", ", names);
  }
}
