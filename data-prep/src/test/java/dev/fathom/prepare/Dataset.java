// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import dev.fathom.data.DatasetCard;
import dev.fathom.data.DatasetFiles;
import dev.fathom.data.PairSchema;
import dev.fathom.data.Split;
import dev.fathom.files.Storage;
import dev.fathom.settings.Settings;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.spark.sql.Row;

/** A prepared dataset as a reader meets it. */
record Dataset(Path directory, DatasetCard card) {

  /** Prepares a dataset with some settings. */
  static Dataset of(String input, Path directory, String... assignments) {
    PrepareResult result = stage(input, directory, assignments).execute();
    return new Dataset(directory, result.card());
  }

  /** A stage that is ready to run. */
  static Prepare stage(String input, Path directory, String... assignments) {
    PrepareSettings settings =
        PrepareSettings.of(Settings.of(input, List.of(), List.of(assignments)));
    return new Prepare(LocalSpark.session(), settings).input(input).output(directory.toString());
  }

  /** The rows of a split, shard by shard in the order of the files. */
  List<Row> rows(Split split) {
    return shards(split).stream().flatMap(shard -> read(shard).stream()).toList();
  }

  /** The rows of all splits. */
  List<Row> rows() {
    return Arrays.stream(Split.values()).flatMap(split -> rows(split).stream()).toList();
  }

  /** The shard files of a split. */
  List<String> shards(Split split) {
    Storage storage = new Storage(LocalSpark.session().sparkContext().hadoopConfiguration());
    return Arrays.stream(storage.list(files().shards(split)))
        .map(FileStatus::getPath)
        .filter(path -> path.getName().endsWith(".parquet"))
        .map(Object::toString)
        .toList();
  }

  /** The reasons of the rejected rows by their keys. */
  Map<String, String> rejects() {
    Map<String, String> reasons = new TreeMap<>();
    read(files().rejects().toString())
        .forEach(row -> reasons.put(row.getAs(PairSchema.KEY), row.getAs(PairSchema.REASON)));
    return reasons;
  }

  /** The keys of some rows. */
  static List<String> keys(List<Row> rows) {
    return rows.stream().map(row -> row.<String>getAs(PairSchema.KEY)).toList();
  }

  /** A side of every row, comparable by value. */
  static Stream<Object> values(List<Row> rows, String side) {
    return rows.stream()
        .map(row -> row.getAs(side))
        .map(value -> value instanceof byte[] bytes ? Arrays.toString(bytes) : value);
  }

  private DatasetFiles files() {
    return new DatasetFiles(new org.apache.hadoop.fs.Path(directory.toUri()));
  }

  private static List<Row> read(String path) {
    return LocalSpark.session().read().parquet(path).collectAsList();
  }
}
