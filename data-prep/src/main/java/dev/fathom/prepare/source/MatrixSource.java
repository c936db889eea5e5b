// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.source;

import dev.fathom.common.FathomException;
import dev.fathom.common.Storage;
import dev.fathom.prepare.reject.RejectReason;
import dev.fathom.prepare.reject.RejectedRowException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.commons.lang3.StringUtils;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import scala.Tuple2;

/**
 * Pairs of numeric rows: a directory of CSV files, row i of one belonging to row i of the other.
 */
final class MatrixSource implements Source {
  private static final int DETAIL_LENGTH = 200;
  private static final String ENDING = ".csv";

  private final JavaSparkContext spark;
  private final Table x;
  private final Table y;
  private final Optional<Table> labels;
  private final Optional<Table> groups;
  private final String fingerprint;

  private MatrixSource(
      JavaSparkContext spark,
      Table x,
      Table y,
      Optional<Table> labels,
      Optional<Table> groups,
      String fingerprint) {
    this.spark = spark;
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
    return new MatrixSource(
        JavaSparkContext.fromSparkContext(spark.sparkContext()),
        x,
        y,
        labels,
        groups,
        Fingerprint.of(storage, opened));
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
    return numbers(x)
        .cogroup(numbers(y), names(labels), names(groups))
        .map(
            row ->
                new RawRow.Pair(
                    RawRow.keyOf(row._1()),
                    row._1(),
                    row._2()._1().iterator().next(),
                    row._2()._2().iterator().next(),
                    first(row._2()._3()),
                    first(row._2()._4())));
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

  /** The rows of a file as vectors, by their number. */
  private static JavaPairRDD<Long, RawValue> numbers(Table table) {
    int columns = table.columns().size();
    return table.rows().mapToPair(row -> new Tuple2<>(row._2(), numbers(row._1(), columns)));
  }

  private static RawValue numbers(Row row, int columns) {
    if (!Table.isWhole(row, columns)) {
      return new RawValue.Unusable(
          RejectReason.RAGGED_ROW,
          "not a row of %d numbers: %s"
              .formatted(columns, StringUtils.abbreviate(row.getString(columns), DETAIL_LENGTH)));
    }
    List<String> cells = new ArrayList<>(columns);
    for (int column = 0; column < columns; column++) {
      cells.add(row.isNullAt(column) ? "" : row.getString(column));
    }
    try {
      return new RawValue.Numbers(Numbers.parse(cells));
    } catch (RejectedRowException e) {
      return new RawValue.Unusable(e.reason(), e.getMessage());
    }
  }

  /** The first column of a file by the row's number; nothing where there is no file. */
  private JavaPairRDD<Long, String> names(Optional<Table> table) {
    return table
        .map(
            file ->
                file.rows()
                    .mapToPair(
                        row ->
                            new Tuple2<>(
                                row._2(),
                                row._1().isNullAt(0) ? "" : row._1().getString(0).strip())))
        .orElseGet(() -> JavaPairRDD.fromJavaRDD(spark.emptyRDD()));
  }

  private static String first(Iterable<String> names) {
    Iterator<String> all = names.iterator();
    return all.hasNext() ? all.next() : "";
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
