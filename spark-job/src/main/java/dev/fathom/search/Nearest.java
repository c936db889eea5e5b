// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.search;

import dev.fathom.blas.VectorMath;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** The rows most similar to a query, of those that have been seen. Of equal ones the first stay. */
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
   * @param most rows that are kept
   */
  Nearest(float[] query, int most) {
    this.query = query;
    this.most = most;
  }

  /**
   * A row.
   *
   * @param number its place among all, from 0
   * @param similarity its inner product with the query
   */
  record Row(long number, double similarity) {}

  /** Takes the next row; one whose similarity is no number is passed over. */
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

  /** How many rows there were. */
  long seen() {
    return seen;
  }

  /** The nearest, the most similar first. */
  List<Row> rows() {
    List<Row> rows = new ArrayList<>(kept);
    rows.sort(WORST_FIRST.reversed());
    return rows;
  }
}
