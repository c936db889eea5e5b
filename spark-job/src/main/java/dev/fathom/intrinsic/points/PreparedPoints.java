// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic.points;

import dev.fathom.random.RandomStream;
import java.io.Serializable;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * A point cloud that is ready for the estimators: finite, distinct, in random order.
 *
 * <p>A repeated point has a neighbour at distance zero, whose logarithm makes any estimate zero or
 * NaN. So only the first occurrence is kept; the others are counted. The order is shuffled by the
 * seed, so that any range of rows is a random sample: disjoint blocks, decimated clouds and query
 * ranges are ranges of rows.
 *
 * @param points the kept points, shuffled
 * @param rows for each kept point, its row in the given cloud
 * @param nonFinite number of rows dropped because they hold NaN or an infinity
 * @param duplicates number of finite rows dropped because they equal an earlier row
 */
public record PreparedPoints(Points points, int[] rows, int nonFinite, int duplicates)
    implements Serializable {

  /** Prepares a cloud; the same points and seed give the same rows in the same order. */
  public static PreparedPoints of(Points given, long seed) {
    int[] kept = new int[given.count()];
    int count = 0;
    int nonFinite = 0;
    Set<Row> seen = new HashSet<>(2 * given.count());
    for (int i = 0; i < given.count(); i++) {
      if (!isFinite(given, i)) {
        nonFinite++;
      } else if (seen.add(new Row(given, i))) {
        kept[count++] = i;
      }
    }
    RandomStream.shuffle(kept, count, RandomStream.of(seed, "intrinsic-order"));
    int duplicates = given.count() - nonFinite - count;
    int[] rows = Arrays.copyOf(kept, count);
    return new PreparedPoints(given.rows(rows), rows, nonFinite, duplicates);
  }

  private static boolean isFinite(Points points, int row) {
    for (int c = 0; c < points.dimension(); c++) {
      if (!Float.isFinite(points.value(row, c))) {
        return false;
      }
    }
    return true;
  }

  /** A row that equals another row with the same values; 0 and −0 are equal. */
  private record Row(Points points, int row) {
    @Override
    public boolean equals(Object other) {
      if (!(other instanceof Row that)) {
        return false;
      }
      for (int c = 0; c < points.dimension(); c++) {
        if (points.value(row, c) != that.points.value(that.row, c)) {
          return false;
        }
      }
      return true;
    }

    @Override
    public int hashCode() {
      int hash = 1;
      for (int c = 0; c < points.dimension(); c++) {
        hash = 31 * hash + Float.floatToIntBits(points.value(row, c) + 0f);
      }
      return hash;
    }
  }
}
