// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.width;

import dev.fathom.evaluate.Items;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Some queries, the vectors that they search, and the right answers to each of them.
 *
 * @param queries q × d, row-major
 * @param vectors n × d, row-major
 * @param right for each query, the indices of its partners, or of its ten nearest neighbours if
 *     queries are among the vectors
 * @param self for each query, its index among the vectors, −1 if it is not one of them
 */
record Search(float[] queries, float[] vectors, int d, int[][] right, int[] self) {
  static final int DEPTH = 10;

  /**
   * Makes a search in which one side's items ask for those of the other.
   *
   * @param askers n × d, one row per pair
   * @param answers n × d, one row per pair
   * @param items items of the pairs, with the askers in the place of x
   */
  static Search of(float[] askers, float[] answers, int d, Items items, int most) {
    int q = Math.min(most, items.countX());
    int[] asking = IntStream.range(0, q).map(item -> items.pairsOfX(item)[0]).toArray();
    int[] answering =
        IntStream.range(0, items.countY()).map(item -> items.pairsOfY(item)[0]).toArray();
    int[][] right = new int[q][];
    for (int item = 0; item < q; item++) {
      right[item] = Arrays.stream(items.pairsOfX(item)).map(items::y).distinct().toArray();
    }
    int[] self = new int[q];
    Arrays.fill(self, -1);
    return new Search(rows(askers, asking, d), rows(answers, answering, d), d, right, self);
  }

  /**
   * Makes a search in which the first vectors ask for their nearest neighbours at the whole width.
   */
  static Search ofNearest(float[] vectors, int d, int most) {
    int q = Math.min(most, vectors.length / d);
    int[] self = IntStream.range(0, q).toArray();
    Search search = new Search(Arrays.copyOf(vectors, q * d), vectors, d, new int[q][], self);
    new NestedRetrieval(vectors, d, new int[] {d})
        .judge(
            search.queries,
            self,
            (query, similarities) -> {
              similarities[query] = Float.NEGATIVE_INFINITY;
              search.right[query] = NestedRetrieval.largest(similarities, DEPTH);
              return 1;
            },
            new double[1][q]);
    return search;
  }

  int count() {
    return right.length;
  }

  /** Returns the same search with other queries and vectors, of any width. */
  Search of(float[] otherQueries, float[] otherVectors, int width) {
    return new Search(otherQueries, otherVectors, width, right, self);
  }

  /**
   * Computes the quality of each query's results at each width.
   *
   * @param named rows of the queries that ask
   * @param quality receives one row per width
   */
  void judge(int[] widths, int[] named, double[][] quality) {
    new NestedRetrieval(vectors, d, widths).judge(queries, named, this::quality, quality);
  }

  private double quality(int query, float[] similarities) {
    if (self[query] >= 0) {
      similarities[self[query]] = Float.NEGATIVE_INFINITY;
      int[] found = NestedRetrieval.largest(similarities, DEPTH);
      int kept = 0;
      for (int place : right[query]) {
        for (int other : found) {
          kept += place == other ? 1 : 0;
        }
      }
      return (double) kept / right[query].length;
    }
    float partner = Float.NEGATIVE_INFINITY;
    for (int place : right[query]) {
      partner = Math.max(partner, similarities[place]);
    }
    for (int place : right[query]) {
      similarities[place] = Float.NEGATIVE_INFINITY;
    }
    int greater = 0;
    int ties = 0;
    for (float similarity : similarities) {
      greater += similarity > partner ? 1 : 0;
      ties += similarity == partner ? 1 : 0;
    }
    // The rank of the nearest partner, where ties count half.
    return 1 + greater + 0.5 * ties <= DEPTH ? 1 : 0;
  }

  static float[] rows(float[] values, int[] rows, int d) {
    float[] chosen = new float[rows.length * d];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(values, rows[i] * d, chosen, i * d, d);
    }
    return chosen;
  }
}
