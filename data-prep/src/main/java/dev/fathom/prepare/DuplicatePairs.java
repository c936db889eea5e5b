// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.countDistinct;
import static org.apache.spark.sql.functions.first;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.row_number;

import dev.fathom.data.DatasetCard;
import dev.fathom.error.FathomException;
import dev.fathom.prepare.reject.RejectReason;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.FilterFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * The pairs that repeat an earlier one, by their places in the source. They are found from keys and
 * digests alone, so no content is shuffled.
 */
final class DuplicatePairs implements Serializable {
  static final DuplicatePairs NONE =
      new DuplicatePairs(
          new long[0], new long[0], new long[0], new DatasetCard.Duplicates(0, 0, 0));

  /** More duplicates mean that the key is not a key; each takes 16 bytes on every machine. */
  private static final int MOST = 10_000_000;

  private static final StructType IDENTITY =
      new StructType()
          .add("key", DataTypes.StringType, false)
          .add("ordinal", DataTypes.LongType, false)
          .add("x", DataTypes.BinaryType, false)
          .add("y", DataTypes.BinaryType, false);

  private final long[] ofKey;
  private final long[] firstOfKey;
  private final long[] ofPair;
  private final DatasetCard.Duplicates duplicates;

  private DuplicatePairs(
      long[] ofKey, long[] firstOfKey, long[] ofPair, DatasetCard.Duplicates duplicates) {
    this.ofKey = ofKey;
    this.firstOfKey = firstOfKey;
    this.ofPair = ofPair;
    this.duplicates = duplicates;
  }

  /**
   * Finds them.
   *
   * @param drop whether pairs that repeat both sides are to be left out
   */
  static DuplicatePairs find(SparkSession spark, JavaRDD<Outcome.Kept> pairs, boolean drop) {
    Dataset<Row> all = identities(spark, pairs);
    return find(all, ofKey(all), drop);
  }

  /**
   * Finds the duplicates and the pairs whose key is taken.
   *
   * @param taken taken keys, in column {@code key}
   * @param drop whether pairs that repeat both sides are to be left out
   */
  static DuplicatePairs findBeside(
      Dataset<Row> taken, SparkSession spark, JavaRDD<Outcome.Kept> pairs, boolean drop) {
    Dataset<Row> all = identities(spark, pairs);
    long[][] keys = with(ofKey(all), few(all.join(taken, "key").select("ordinal")));
    return find(all, keys, drop);
  }

  private static Dataset<Row> identities(SparkSession spark, JavaRDD<Outcome.Kept> pairs) {
    return spark.createDataFrame(
        pairs.map(
            pair ->
                RowFactory.create(
                    pair.key(),
                    pair.ordinal(),
                    pair.x().digest().bytes(),
                    pair.y().digest().bytes())),
        IDENTITY);
  }

  private static long[][] ofKey(Dataset<Row> all) {
    Row keyed = all.agg(count(lit(1)), countDistinct("key")).first();
    requireKeys(keyed.getLong(0), keyed.getLong(1));
    return keyed.getLong(0) > keyed.getLong(1) ? repeated(all, "key") : new long[2][0];
  }

  private static DuplicatePairs find(Dataset<Row> all, long[][] keys, boolean drop) {
    // A pair does not count as a duplicate of a rejected pair.
    long[] left = keys[0];
    Dataset<Row> staying =
        left.length == 0
            ? all
            : all.filter(
                (FilterFunction<Row>) row -> Arrays.binarySearch(left, row.getLong(1)) < 0);
    Row counts =
        staying
            .agg(count(lit(1)), countDistinct("x"), countDistinct("y"), countDistinct("x", "y"))
            .first();
    long total = counts.getLong(0);
    long[][] same =
        drop && total > counts.getLong(3) ? repeated(staying, "x", "y") : new long[2][0];
    return new DuplicatePairs(
        keys[0],
        keys[1],
        same[0],
        new DatasetCard.Duplicates(
            total - counts.getLong(1), total - counts.getLong(2), total - counts.getLong(3)));
  }

  private static void requireKeys(long pairs, long keys) {
    if (pairs - keys > MOST) {
      throw FathomException.data(
          "the key names only %d of %d pairs; set input.key to a column that tells them apart, or to null",
          keys, pairs);
    }
  }

  /** Collects rows, which must fit on the driver and, as numbers, on every machine. */
  static List<Row> few(Dataset<Row> rows) {
    List<Row> found = rows.takeAsList(MOST + 1);
    if (found.size() > MOST) {
      throw FathomException.data(
          "more than %d rows repeat what is there already; give the input without them", MOST);
    }
    return found;
  }

  /**
   * The places of the rows that repeat an earlier row in these columns, and of that earlier row,
   * sorted.
   */
  private static long[][] repeated(Dataset<Row> all, String... columns) {
    Column[] by = Arrays.stream(columns).map(name -> col(name)).toArray(Column[]::new);
    WindowSpec inOrder = Window.partitionBy(by).orderBy("ordinal");
    List<Row> rows =
        few(
            all.select(
                    col("ordinal"),
                    first("ordinal").over(inOrder).as("first"),
                    row_number().over(inOrder).as("number"))
                .where(col("number").gt(1))
                .orderBy("ordinal"));
    return new long[][] {
      rows.stream().mapToLong(row -> row.getLong(0)).toArray(),
      rows.stream().mapToLong(row -> row.getLong(1)).toArray()
    };
  }

  /** Adds the pairs whose key is taken. They have no earlier row, so the place of that is -1. */
  private static long[][] with(long[][] keys, List<Row> taken) {
    long[] ordinals =
        LongStream.concat(Arrays.stream(keys[0]), taken.stream().mapToLong(row -> row.getLong(0)))
            .sorted()
            .distinct()
            .toArray();
    long[] firsts = new long[ordinals.length];
    for (int i = 0; i < firsts.length; i++) {
      int known = Arrays.binarySearch(keys[0], ordinals[i]);
      firsts[i] = known < 0 ? -1 : keys[1][known];
    }
    return new long[][] {ordinals, firsts};
  }

  /** The numbers of first sides, second sides and pairs that repeat an earlier pair. */
  DatasetCard.Duplicates duplicates() {
    return duplicates;
  }

  /** The rejection of a pair, if it is rejected. */
  Optional<Outcome.Rejected> rejected(Outcome.Kept pair) {
    int key = Arrays.binarySearch(ofKey, pair.ordinal());
    if (key >= 0) {
      return Optional.of(
          rejected(
              pair,
              RejectReason.DUPLICATE_KEY,
              firstOfKey[key] < 0
                  ? "the key is taken by a pair that was there before"
                  : "an earlier row has the same key"));
    }
    return Arrays.binarySearch(ofPair, pair.ordinal()) >= 0
        ? Optional.of(
            rejected(pair, RejectReason.DUPLICATE_PAIR, "an earlier pair has the same content"))
        : Optional.empty();
  }

  static Outcome.Rejected rejected(Outcome.Kept pair, RejectReason reason, String detail) {
    return new Outcome.Rejected(pair.key(), reason.code(), detail);
  }
}
