// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.width;

import dev.fathom.blas.Matrix;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * What queries find among vectors when only their first w numbers are compared, by cosine, for many
 * w in one pass.
 */
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

  /** The columns from the width before to widths[w], n rows: what a product takes in one piece. */
  private final float[][] columns;

  /** 1/length of the first widths[w] numbers of each vector, 0 for none. */
  private final float[][] inverse;

  /**
   * @param vectors n × d, row-major
   * @param widths ascending
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

  /** What a query's similarities to all vectors are worth, 0 … 1. */
  @FunctionalInterface
  interface Judge {
    /**
     * Judges.
     *
     * @param similarities to each vector, times the query's length; may be changed
     */
    double quality(int query, float[] similarities);
  }

  /**
   * Judges the named queries.
   *
   * @param queries q × d, row-major
   * @param named rows of them
   * @param quality receives for each width what each of the named queries is worth, in its place
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

  /** The places of the k largest values, the largest first; of equal ones the first. */
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
