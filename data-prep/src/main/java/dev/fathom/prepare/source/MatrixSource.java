// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.source;

import dev.fathom.data.NpzFile;
import dev.fathom.error.FathomException;
import dev.fathom.files.Storage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/**
 * Pairs of numeric rows: a directory of files, in which row i of one file is paired with row i of
 * the other. A file is CSV, a NumPy array or a Parquet file with one column of arrays. A NumPy
 * archive may take the place of a directory.
 */
final class MatrixSource implements Source {
  private static final List<String> ENDINGS = List.of(".csv", ".npy", ".parquet");

  private final JavaSparkContext spark;
  private final Matrix x;
  private final Matrix y;
  private final Optional<Matrix> labels;
  private final Optional<Matrix> groups;
  private final String fingerprint;

  private MatrixSource(
      JavaSparkContext spark,
      Matrix x,
      Matrix y,
      Optional<Matrix> labels,
      Optional<Matrix> groups,
      String fingerprint) {
    this.spark = spark;
    this.x = x;
    this.y = y;
    this.labels = labels;
    this.groups = groups;
    this.fingerprint = fingerprint;
  }

  /** Opens the files that the settings name; they must have the same number of rows. */
  static MatrixSource open(
      SparkSession spark, Storage storage, Path directory, InputSettings input) {
    List<Path> opened = new ArrayList<>();
    Function<String, Matrix> opener =
        name -> {
          Path file = file(storage, directory, name);
          opened.add(NpzFile.archive(storage, file).orElse(file));
          return Matrix.open(spark, storage, file, input);
        };
    Matrix x = opener.apply(input.x().orElseThrow(() -> unnamed(storage, directory, "input.x")));
    Matrix y = opener.apply(input.y().orElseThrow(() -> unnamed(storage, directory, "input.y")));
    Optional<Matrix> labels = input.label().map(opener);
    Optional<Matrix> groups = input.groupBy().map(opener);
    List<Matrix> matrices = new ArrayList<>(List.of(x, y));
    labels.ifPresent(matrices::add);
    groups.ifPresent(matrices::add);
    requireAligned(opened, matrices);
    return new MatrixSource(
        JavaSparkContext.fromSparkContext(spark.sparkContext()),
        x,
        y,
        labels,
        groups,
        Fingerprint.of(storage, opened));
  }

  /** Whether the first side that the settings name is a file of this directory. */
  static boolean isNamed(Storage storage, Path directory, InputSettings input) {
    return input.x().filter(name -> found(storage, directory, name).isPresent()).isPresent();
  }

  @Override
  public SourceSide x() {
    return SourceSide.vector(x.columns());
  }

  @Override
  public SourceSide y() {
    return SourceSide.vector(y.columns());
  }

  @Override
  public JavaRDD<RawRow> rows() {
    return ArrayRows.of(x, y, labels, groups)
        .map(arrays -> arrays.on(spark))
        .orElseGet(this::joined);
  }

  /** The rows of files that cannot be read by ranges, joined by their numbers. */
  private JavaRDD<RawRow> joined() {
    return x.vectors()
        .cogroup(
            y.vectors(),
            labels.map(Matrix::names).orElseGet(this::noNames),
            groups.map(Matrix::names).orElseGet(this::noNames))
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
  public String fingerprint() {
    return fingerprint;
  }

  private JavaPairRDD<Long, String> noNames() {
    return JavaPairRDD.fromJavaRDD(spark.emptyRDD());
  }

  private static String first(Iterable<String> names) {
    Iterator<String> all = names.iterator();
    return all.hasNext() ? all.next() : "";
  }

  private static void requireAligned(List<Path> files, List<Matrix> matrices) {
    long rows = matrices.get(0).rows();
    for (int i = 1; i < files.size(); i++) {
      long others = matrices.get(i).rows();
      if (others != rows) {
        throw FathomException.data(
            "%s has %d rows, %s has %d; rows belong together by their number, so the files must be equally long",
            files.get(0), rows, files.get(i), others);
      }
    }
  }

  private static FathomException unnamed(Storage storage, Path directory, String setting) {
    return FathomException.usage(
        NpzFile.isNamed(directory)
            ? "%s must name an array of %s; its arrays are %s"
            : "%s must name a file of %s; its files are %s",
        setting,
        directory,
        files(storage, directory));
  }

  private static Path file(Storage storage, Path directory, String name) {
    return found(storage, directory, name)
        .orElseThrow(
            () ->
                FathomException.usage(
                    "there is no file %s in %s; its files are %s",
                    name, directory, files(storage, directory)));
  }

  private static Optional<Path> found(Storage storage, Path directory, String name) {
    if (NpzFile.isNamed(directory)) {
      return Optional.of(new Path(directory, name));
    }
    return Stream.concat(Stream.of(""), ENDINGS.stream())
        .map(ending -> new Path(directory, name + ending))
        .filter(storage::exists)
        .findFirst();
  }

  private static String files(Storage storage, Path directory) {
    if (NpzFile.isNamed(directory)) {
      return String.join(", ", NpzFile.names(storage, directory));
    }
    List<String> names =
        Arrays.stream(storage.list(directory))
            .map(status -> status.getPath().getName())
            .filter(name -> ENDINGS.stream().anyMatch(name::endsWith))
            .toList();
    return names.isEmpty() ? "none" : String.join(", ", names);
  }
}
