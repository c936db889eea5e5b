// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import dev.fathom.data.DatasetCard;
import dev.fathom.error.FathomException;
import dev.fathom.prepare.RepeatedDigests.Kind;
import dev.fathom.prepare.RepeatedDigests.Repeat;
import dev.fathom.prepare.reject.RejectReason;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * The pairs that repeat an earlier one, by their position in the source. They are found from keys
 * and digests alone, so no content is shuffled.
 */
final class DuplicatePairs implements Serializable {
  static final DuplicatePairs NONE =
      new DuplicatePairs(
          new long[0], new long[0], new long[0], new DatasetCard.Duplicates(0, 0, 0));

  /**
   * Largest number of duplicates; more mean that the key is not a key. Each takes 16 bytes on every
   * machine.
   */
  private static final int MOST = 10_000_000;

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
   * Finds the pairs that repeat an earlier one.
   *
   * @param taken keys of an existing dataset
   * @param drop whether pairs that repeat both sides are to be left out
   */
  static DuplicatePairs find(JavaRDD<Outcome.Kept> pairs, JavaRDD<String> taken, boolean drop) {
    long count = pairs.count();
    RepeatedDigests all = RepeatedDigests.of(pairs, count, taken);
    Map<Kind, Long> counts = all.counts();
    List<Repeat> keys = List.of();
    RepeatedDigests staying = all;
    if (counts.get(Kind.KEY) > 0) {
      requireKeys(counts.get(Kind.KEY), count);
      keys = all.repeats(Kind.KEY);
      // A pair does not count as a duplicate of a rejected pair.
      long[] left = ordinals(keys);
      staying =
          RepeatedDigests.of(
              pairs.filter(pair -> Arrays.binarySearch(left, pair.ordinal()) < 0), count);
      counts = staying.counts();
    }
    List<Repeat> same = List.of();
    if (drop && counts.get(Kind.PAIR) > 0) {
      requireFew(counts.get(Kind.PAIR));
      same = staying.repeats(Kind.PAIR);
    }
    return new DuplicatePairs(
        ordinals(keys),
        keys.stream().mapToLong(Repeat::first).toArray(),
        ordinals(same),
        new DatasetCard.Duplicates(counts.get(Kind.X), counts.get(Kind.Y), counts.get(Kind.PAIR)));
  }

  private static long[] ordinals(List<Repeat> repeats) {
    return repeats.stream().mapToLong(Repeat::ordinal).toArray();
  }

  private static void requireKeys(long repeats, long count) {
    if (repeats > MOST) {
      throw FathomException.data(
          "the key names only %d of %d pairs; set input.key to a column that tells them apart, or to null",
          count - repeats, count);
    }
  }

  /** Collects rows, which must fit on the driver and, as numbers, on every machine. */
  static List<Row> few(Dataset<Row> rows) {
    List<Row> found = rows.takeAsList(MOST + 1);
    requireFew(found.size());
    return found;
  }

  private static void requireFew(long rows) {
    if (rows > MOST) {
      throw FathomException.data(
          "more than %d rows repeat what is there already; give the input without them", MOST);
    }
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
