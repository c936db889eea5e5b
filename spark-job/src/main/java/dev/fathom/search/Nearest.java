// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.search;

import dev.fathom.blas.VectorMath;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Keeps the rows seen so far that are most similar to a query. Of equally similar rows the first
 * are kept.
 */
final class Nearest {
  private static final Comparator<Row> WORST_FIRST =
      Comparator.comparingDouble(Row::similarity)
          .thenComparing(Comparator.comparingLong(Row::number).reversed());

  private final float[] query;
  private final int most;
  private final PriorityQueue<Row> kept = new PriorityQueue<>(WORST_FIRST);
  private long seen;

  /**
   * @param query an embedding
   * @param most largest number of rows that are kept
   */
  Nearest(float[] query, int most) {
    this.query = query;
    this.most = most;
  }

  /**
   * A row with its similarity.
   *
   * @param number the row's number among all rows, from 0
   * @param similarity inner product with the query
   */
  record Row(long number, double similarity) {}

  /** Takes the next row; skips it if its similarity is NaN. */
  void add(float[] embedding) {
    Row row = new Row(seen++, VectorMath.dot(query, 0, embedding, 0, query.length));
    if (Double.isNaN(row.similarity())
        || (kept.size() == most && WORST_FIRST.compare(row, kept.peek()) <= 0)) {
      return;
    }
    kept.add(row);
    if (kept.size() > most) {
      kept.remove();
    }
  }

  /** The number of rows seen. */
  long seen() {
    return seen;
  }

  /** The nearest rows, the most similar first. */
  List<Row> rows() {
    List<Row> rows = new ArrayList<>(kept);
    rows.sort(WORST_FIRST.reversed());
    return rows;
  }
}
