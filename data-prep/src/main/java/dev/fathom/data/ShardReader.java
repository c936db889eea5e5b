// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.data;

import static org.apache.spark.sql.functions.col;

import dev.fathom.files.Storage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructType;

/**
 * Reads a split of a dataset in the order of its shards, in any number of equal runs. Shards hold
 * pairs in random order, so consecutive pairs are a random sample and nothing is shuffled. Each run
 * opens only the files that it overlaps.
 */
public final class ShardReader {
  /** Column of {@link #readUnsorted}: name of a row's shard file. */
  private static final String FILE = "file";

  /** Column of {@link #readUnsorted}: number of the row within its file. */
  private static final String ROW = "row";

  private final SparkSession spark;
  private final DatasetFiles files;
  private final DatasetCard card;
  private final Map<Split, List<Shard>> counted = new EnumMap<>(Split.class);

  /** Creates a reader of the dataset that the card describes. */
  public ShardReader(SparkSession spark, DatasetFiles files, DatasetCard card) {
    this.spark = spark;
    this.files = files;
    this.card = card;
  }

  /** A file of a split, with the range of its rows in the split. */
  private record Shard(String name, long from, long to) {}

  /**
   * Reads the split in one partition, in the order of the shards.
   *
   * @param columns names of the columns of {@link PairSchema} to read
   */
  public Dataset<Row> read(Split split, String... columns) {
    return read(split, new int[] {0, 1}, columns);
  }

  /**
   * Reads the rows of a split in the order of the shards, with one partition for each run of equal
   * parts.
   *
   * @param runs the first part of each run, and finally the number of parts
   */
  public Dataset<Row> read(Split split, int[] runs, String... columns) {
    return parts(
        split,
        runs,
        rows -> rows.coalesce(1).sortWithinPartitions(FILE, ROW).select(select(columns)));
  }

  /** Divides parts into runs of about the same length. */
  public static int[] runs(int parts, int runs) {
    return IntStream.rangeClosed(0, runs).map(run -> (int) start(parts, run, runs)).toArray();
  }

  /**
   * The first row of a part when {@code rows} are cut into {@code parts} parts of about the same
   * size.
   */
  public static long start(long rows, int part, int parts) {
    return rows * part / parts;
  }

  /** The number of rows of a split. */
  public long rows(Split split) {
    List<Shard> shards = shards(split);
    return shards.isEmpty() ? 0 : shards.get(shards.size() - 1).to();
  }

  /**
   * Reads the same partitions with their rows in any order, which saves the memory of sorting. Two
   * further columns hold the row's file and its number in the file, by which the caller can order
   * them.
   *
   * @param runs the first part of each run, and finally the number of parts
   */
  public Dataset<Row> readUnsorted(Split split, int[] runs, String... columns) {
    String[] all = Arrays.copyOf(columns, columns.length + 2);
    all[columns.length] = FILE;
    all[columns.length + 1] = ROW;
    return parts(split, runs, rows -> rows.coalesce(1).select(select(all)));
  }

  private static Column[] select(String... columns) {
    return Arrays.stream(columns).map(functions::col).toArray(Column[]::new);
  }

  private Dataset<Row> parts(Split split, int[] runs, UnaryOperator<Dataset<Row>> form) {
    int last = runs.length - 1;
    List<Shard> shards = shards(split);
    long total = shards.isEmpty() ? 0 : shards.get(shards.size() - 1).to();
    return IntStream.range(0, last)
        .mapToObj(
            run ->
                form.apply(
                    part(
                        split,
                        shards,
                        start(total, runs[run], runs[last]),
                        start(total, runs[run + 1], runs[last]))))
        .reduce(Dataset::union)
        .orElseThrow();
  }

  private Dataset<Row> part(Split split, List<Shard> shards, long from, long to) {
    List<Shard> overlapped =
        shards.stream().filter(shard -> shard.from() < to && shard.to() > from).toList();
    Dataset<Row> rows = open(split, overlapped);
    if (overlapped.isEmpty()) {
      return rows;
    }
    Shard first = overlapped.get(0);
    Shard last = overlapped.get(overlapped.size() - 1);
    return rows.where(
        col(FILE)
            .notEqual(first.name())
            .or(col(ROW).geq(from - first.from()))
            .and(col(FILE).notEqual(last.name()).or(col(ROW).lt(to - last.from()))));
  }

  private List<Shard> shards(Split split) {
    return counted.computeIfAbsent(split, this::count);
  }

  private List<Shard> count(Split split) {
    Path directory = files.shards(split);
    // A split without pairs has no directory.
    if (!new Storage(spark.sparkContext().hadoopConfiguration()).exists(directory)) {
      return List.of();
    }
    List<Shard> shards = new ArrayList<>();
    long from = 0;
    for (Row counted :
        open(directory.toString()).groupBy(FILE).count().orderBy(FILE).collectAsList()) {
      shards.add(new Shard(counted.getString(0), from, from + counted.getLong(1)));
      from += counted.getLong(1);
    }
    return shards;
  }

  private Dataset<Row> open(Split split, List<Shard> shards) {
    Path directory = files.shards(split);
    return open(
        shards.stream()
            .map(shard -> new Path(directory, shard.name()).toString())
            .toArray(String[]::new));
  }

  private Dataset<Row> open(String... paths) {
    StructType schema = PairSchema.pairs(card.x().modality(), card.y().modality());
    if (paths.length == 0) {
      return spark
          .createDataFrame(List.of(), schema)
          .withColumn(FILE, functions.lit(""))
          .withColumn(ROW, functions.lit(0L));
    }
    return spark
        .read()
        .schema(schema)
        .parquet(paths)
        .withColumn(FILE, col("_metadata.file_name"))
        .withColumn(ROW, col("_metadata.row_index"));
  }
}
