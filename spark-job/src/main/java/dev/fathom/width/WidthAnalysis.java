// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.width;

import dev.fathom.evaluate.Items;
import dev.fathom.random.RandomStream;
import dev.fathom.width.NumberStorage.Columns;
import dev.fathom.width.WidthResult.Curve;
import dev.fathom.width.WidthResult.Nested;
import dev.fathom.width.WidthResult.Point;
import dev.fathom.width.WidthResult.Quality;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Analyses retrieval against width, for embeddings in memory, on this machine's cores. */
public final class WidthAnalysis {

  /*
   * Half of the embeddings, drawn at random, teach the axes; the other half is searched, and asks.
   * Vectors are compared by cosine, and so are brought to length one first.
   */
  private static final int MOST_QUERIES = 2000;

  /** Smallest number of items in either half; fewer tell nothing. */
  private static final int FEWEST = 20;

  /** Number of draws of random columns; each is asked by a part of the queries. */
  private static final int COLUMN_DRAWS = 8;

  /** The 0.95 quantile of Student's distribution with COLUMN_DRAWS − 1 degrees of freedom. */
  private static final double STUDENT = 1.895;

  private static final int FEWEST_COLUMNS = 8;

  private final int d;
  private final long seed;
  private final double loss;
  private final int[] widths;
  private final Bases bases;
  private final int learned;
  private final List<SearchedSides> searches = new ArrayList<>();

  /**
   * A search with its sides.
   *
   * @param x whether the queries are from x
   * @param vectorsOfX whether the vectors are from x
   */
  private record SearchedSides(Search search, boolean x, boolean vectorsOfX) {}

  /** Learns from half of the items, and asks with the other half. */
  private WidthAnalysis(float[] x, float[] y, int d, Items items, WidthSettings settings) {
    this.d = d;
    seed = settings.seed();
    loss = settings.loss();
    widths = widths(d);
    int[] order = IntStream.range(0, items.pairs()).toArray();
    RandomStream.shuffle(order, order.length, RandomStream.of(seed, "width-halves"));
    int[] learn = Arrays.copyOf(order, order.length / 2);
    int[] ask = Arrays.copyOfRange(order, order.length / 2, order.length);
    learned = learn.length;
    float[] learnX = unit(Search.rows(x, learn, d));
    float[] askX = unit(Search.rows(x, ask, d));
    if (y.length == 0) {
      bases = Bases.ofOneSide(learnX, d, seed);
      searches.add(new SearchedSides(Search.ofNearest(askX, d, MOST_QUERIES), true, true));
    } else {
      bases = Bases.ofPairs(learnX, unit(Search.rows(y, learn, d)), d, seed);
      float[] askY = unit(Search.rows(y, ask, d));
      Items asked = items.select(ask);
      searches.add(
          new SearchedSides(Search.of(askX, askY, d, asked, MOST_QUERIES / 2), true, false));
      searches.add(
          new SearchedSides(
              Search.of(askY, askX, d, asked.swapped(), MOST_QUERIES / 2), false, true));
    }
  }

  /**
   * Analyses embeddings.
   *
   * @param x n × d, finite; without repeated rows if there is one side
   * @param y n × d, finite, row i paired with row i of x; empty if there is one side
   * @return the analysis; empty if there are too few embeddings
   */
  public static Optional<WidthResult> of(
      float[] x, float[] y, int d, Items items, WidthSettings settings) {
    if (Math.min(items.countX(), items.countY()) < 2 * FEWEST || d < 2) {
      return Optional.empty();
    }
    return Optional.of(new WidthAnalysis(x, y, d, items, settings).execute());
  }

  private WidthResult execute() {
    double[][] full = quality(List.of(searches.toArray(SearchedSides[]::new)), new int[] {d});
    boolean paired = searches.size() > 1;
    // Without repeated items the queries of both sides are the same pairs.
    boolean twice = paired && searches.get(0).search.count() == searches.get(1).search.count();
    Resamples resamples = new Resamples(full[0].length, twice, seed);
    List<Curve> curves = new ArrayList<>();
    double[][] truncated = new double[0][];
    for (Reduction reduction : Reduction.values()) {
      boolean wanted =
          reduction != Reduction.RANDOM_COLUMNS
              && (paired
                  || (reduction != Reduction.JOINT_PCA
                      && reduction != Reduction.CANONICAL_CORRELATION));
      if (wanted) {
        List<SearchedSides> reduced = reduced(reduction);
        for (NumberStorage storage : NumberStorage.values()) {
          double[][] quality = quality(stored(reduced, storage), widths);
          curves.add(curve(reduction, storage, quality, full[0], resamples));
          if (reduction == Reduction.TRUNCATION && storage == NumberStorage.FLOAT) {
            truncated = quality;
          }
        }
      }
    }
    Optional<Nested> nested = Optional.empty();
    if (d >= FEWEST_COLUMNS) {
      double[][] random = randomColumns();
      curves.add(curve(Reduction.RANDOM_COLUMNS, NumberStorage.FLOAT, random, full[0], resamples));
      nested = Optional.of(nested(truncated, random));
    }
    Search first = searches.get(0).search;
    return new WidthResult(
        paired ? Quality.RECALL_AT_10 : Quality.NEIGHBOURS_KEPT,
        d,
        Arrays.stream(full[0]).average().orElseThrow(),
        full[0].length,
        first.vectors().length / d,
        learned,
        loss,
        curves,
        nested,
        false,
        Optional.empty(),
        0);
  }

  private List<SearchedSides> reduced(Reduction reduction) {
    if (reduction == Reduction.TRUNCATION) {
      return searches;
    }
    Bases.Maps maps = bases.of(reduction);
    List<SearchedSides> reduced = new ArrayList<>();
    for (SearchedSides sides : searches) {
      LinearMap ofQueries = sides.x ? maps.x() : maps.y();
      LinearMap ofVectors = sides.vectorsOfX ? maps.x() : maps.y();
      reduced.add(
          new SearchedSides(
              sides.search.of(
                  ofQueries.apply(sides.search.queries()),
                  ofVectors.apply(sides.search.vectors()),
                  ofVectors.width()),
              sides.x,
              sides.vectorsOfX));
    }
    return reduced;
  }

  /**
   * Replaces the vectors by what is read back from a storage. Queries keep their precision; for
   * single bits they are centred.
   */
  private static List<SearchedSides> stored(List<SearchedSides> sides, NumberStorage storage) {
    if (storage == NumberStorage.FLOAT) {
      return sides;
    }
    List<SearchedSides> stored = new ArrayList<>();
    for (SearchedSides one : sides) {
      Search search = one.search;
      Columns columns = Columns.of(search.vectors(), search.d());
      stored.add(
          new SearchedSides(
              search.of(search.queries(), storage.stored(search.vectors(), columns), search.d()),
              one.x,
              one.vectorsOfX));
    }
    return stored;
  }

  /** Computes the quality, one row per width, one column per query of all searches. */
  private static double[][] quality(List<SearchedSides> sides, int[] widths) {
    double[][] all = new double[widths.length][0];
    for (SearchedSides one : sides) {
      int q = one.search.count();
      double[][] quality = new double[widths.length][q];
      one.search.judge(widths, IntStream.range(0, q).toArray(), quality);
      append(all, quality);
    }
    return all;
  }

  private static void append(double[][] all, double[][] more) {
    for (int w = 0; w < all.length; w++) {
      int from = all[w].length;
      all[w] = Arrays.copyOf(all[w], from + more[w].length);
      System.arraycopy(more[w], 0, all[w], from, more[w].length);
    }
  }

  private double[][] randomColumns() {
    double[][] all = new double[widths.length][0];
    for (SearchedSides sides : searches) {
      Search search = sides.search;
      double[][] quality = new double[widths.length][search.count()];
      for (int draw = 0; draw < COLUMN_DRAWS; draw++) {
        int remainder = draw;
        int[] columns = bases.randomColumns(draw);
        search
            .of(columns(search.queries(), columns), columns(search.vectors(), columns), d)
            .judge(
                widths,
                IntStream.range(0, search.count())
                    .filter(query -> query % COLUMN_DRAWS == remainder)
                    .toArray(),
                quality);
      }
      append(all, quality);
    }
    return all;
  }

  private float[] columns(float[] values, int[] columns) {
    float[] moved = new float[values.length];
    for (int row = 0; row < values.length; row += d) {
      for (int c = 0; c < d; c++) {
        moved[row + c] = values[row + columns[c]];
      }
    }
    return moved;
  }

  private Curve curve(
      Reduction reduction,
      NumberStorage storage,
      double[][] quality,
      double[] full,
      Resamples resamples) {
    List<Point> points =
        IntStream.range(0, widths.length)
            .parallel()
            .mapToObj(
                w -> {
                  double[] lost = difference(full, quality[w]);
                  Resamples.Mean mean = resamples.of(lost);
                  return new Point(
                      widths[w],
                      storage.bytes(widths[w]),
                      Arrays.stream(quality[w]).average().orElseThrow(),
                      mean.mean(),
                      mean.low(),
                      mean.high());
                })
            .toList();
    Optional<Point> smallest = Optional.empty();
    for (int w = widths.length - 1; w >= 0 && points.get(w).high() <= loss; w--) {
      smallest = Optional.of(points.get(w));
    }
    return new Curve(reduction, storage, points, smallest);
  }

  /**
   * Compares the first columns with the draws of random ones. If the first columns are like any
   * others they are one more draw, and the differences among the draws tell how far one draw lies
   * from the mean of them.
   */
  private Nested nested(double[][] truncated, double[][] random) {
    double[] better = new double[COLUMN_DRAWS];
    int[] asked = new int[COLUMN_DRAWS];
    for (int w = 0; w < widths.length; w++) {
      if (widths[w] <= d / 2) {
        int first = 0;
        for (SearchedSides sides : searches) {
          for (int query = 0; query < sides.search.count(); query++) {
            int draw = query % COLUMN_DRAWS;
            better[draw] += truncated[w][first + query] - random[w][first + query];
            asked[draw]++;
          }
          first += sides.search.count();
        }
      }
    }
    double[] means = new double[COLUMN_DRAWS];
    for (int draw = 0; draw < COLUMN_DRAWS; draw++) {
      means[draw] = better[draw] / asked[draw];
    }
    double mean = Arrays.stream(means).average().orElseThrow();
    double squares = Arrays.stream(means).map(value -> (value - mean) * (value - mean)).sum();
    double half = STUDENT * Math.sqrt(squares / (COLUMN_DRAWS - 1) * (1 + 1.0 / COLUMN_DRAWS));
    return new Nested(mean, mean - half, mean + half);
  }

  private static double[] difference(double[] a, double[] b) {
    double[] difference = new double[a.length];
    for (int i = 0; i < a.length; i++) {
      difference[i] = a[i] - b[i];
    }
    return difference;
  }

  /** The widths: powers of two, one and a half times these, and the whole width. */
  private static int[] widths(int d) {
    return IntStream.concat(
            IntStream.iterate(1, width -> width < d, width -> 2 * width)
                .flatMap(width -> IntStream.of(width, width + width / 2)),
            IntStream.of(d))
        .filter(width -> width <= d)
        .distinct()
        .sorted()
        .toArray();
  }

  /** Scales rows to length one; rows of length zero stay as they are. */
  private float[] unit(float[] rows) {
    for (int row = 0; row < rows.length; row += d) {
      double squares = 0;
      for (int c = row; c < row + d; c++) {
        squares += (double) rows[c] * rows[c];
      }
      double length = Math.sqrt(squares);
      for (int c = row; c < row + d && length > 0; c++) {
        rows[c] = (float) (rows[c] / length);
      }
    }
    return rows;
  }
}
