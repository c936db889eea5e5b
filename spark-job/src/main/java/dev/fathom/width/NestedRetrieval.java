// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.width;

import dev.fathom.blas.Matrix;
import java.util.Arrays;
import java.util.stream.IntStream;

/** Searches vectors by cosine of only their first w numbers, for many w in one pass. */
final class NestedRetrieval {

  /*
   * The product of the first w numbers is that of the first w' < w and of those between, so all
   * widths together cost one product at the whole width: queries × vectors × d. A query's length
   * changes nothing in the order of what it finds; the vectors' lengths are taken per width.
   */
  private static final int QUERIES = 64;

  private final int n;
  private final int d;
  private final int[] widths;

  /**
   * For each w, the columns from widths[w − 1] to widths[w] of all n rows, which a product takes in
   * one piece.
   */
  private final float[][] columns;

  /** 1/length of the first widths[w] numbers of each vector, 0 if the length is 0. */
  private final float[][] inverse;

  /**
   * @param vectors n × d, row-major
   * @param widths the widths, ascending
   */
  NestedRetrieval(float[] vectors, int d, int[] widths) {
    this.d = d;
    this.widths = widths;
    n = vectors.length / d;
    columns = new float[widths.length][];
    for (int w = 0; w < widths.length; w++) {
      columns[w] = columns(vectors, d, from(w), widths[w]);
    }
    inverse = new float[widths.length][n];
    IntStream.range(0, n)
        .parallel()
        .forEach(
            i -> {
              double squares = 0;
              int from = 0;
              for (int w = 0; w < widths.length; w++) {
                for (int c = from; c < widths[w]; c++) {
                  double value = vectors[i * d + c];
                  squares += value * value;
                }
                from = widths[w];
                inverse[w][i] = squares > 0 ? (float) (1 / Math.sqrt(squares)) : 0;
              }
            });
  }

  private int from(int w) {
    return w == 0 ? 0 : widths[w - 1];
  }

  private static float[] columns(float[] values, int d, int from, int to) {
    int rows = values.length / d;
    float[] chosen = new float[rows * (to - from)];
    for (int row = 0; row < rows; row++) {
      System.arraycopy(values, row * d + from, chosen, row * (to - from), to - from);
    }
    return chosen;
  }

  /** Rates a query's similarities to all vectors. */
  @FunctionalInterface
  interface Judge {
    /**
     * Returns the quality of a query's ranking, 0 … 1.
     *
     * @param similarities similarities to each vector, times the query's length; may be changed
     */
    double quality(int query, float[] similarities);
  }

  /**
   * Rates the named queries.
   *
   * @param queries q × d, row-major
   * @param named rows of the queries to rate
   * @param quality receives, for each width, the quality of each named query, at the query's row
   */
  void judge(float[] queries, int[] named, Judge judge, double[][] quality) {
    IntStream.range(0, (named.length + QUERIES - 1) / QUERIES)
        .parallel()
        .forEach(
            block -> {
              int first = block * QUERIES;
              int count = Math.min(QUERIES, named.length - first);
              float[] asked = new float[count * d];
              for (int i = 0; i < count; i++) {
                System.arraycopy(queries, named[first + i] * d, asked, i * d, d);
              }
              float[] products = new float[count * n];
              float[] similarities = new float[n];
              for (int w = 0; w < widths.length; w++) {
                int more = widths[w] - from(w);
                Matrix.of(products, 0, count, n)
                    .addProduct(
                        Matrix.of(columns(asked, d, from(w), widths[w]), 0, count, more),
                        Matrix.of(columns[w], 0, n, more).transposed());
                for (int i = 0; i < count; i++) {
                  for (int j = 0; j < n; j++) {
                    similarities[j] = products[i * n + j] * inverse[w][j];
                  }
                  quality[w][named[first + i]] = judge.quality(named[first + i], similarities);
                }
              }
            });
  }

  /** The indices of the k largest values, the largest first; of equal values the first ones. */
  static int[] largest(float[] values, int k) {
    int[] places = new int[Math.min(k, values.length)];
    Arrays.fill(places, -1);
    float least = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < values.length; i++) {
      if (places[places.length - 1] >= 0 && values[i] <= least) {
        continue;
      }
      int place = places.length - 1;
      while (place > 0 && (places[place - 1] < 0 || values[i] > values[places[place - 1]])) {
        places[place] = places[place - 1];
        place--;
      }
      places[place] = i;
      int last = places[places.length - 1];
      least = last < 0 ? Float.NEGATIVE_INFINITY : values[last];
    }
    return places;
  }
}
