// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.evaluate;

import dev.fathom.blas.Matrix;
import dev.fathom.blas.NegativeParts;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * The rank of every asker's partner among all answers, and each asker's first answers. It covers
 * all items or, until it is merged with the others, only some of the x. For an asker with several
 * partners any of them counts.
 */
public final class Ranking implements Serializable {
  private static final long serialVersionUID = 1;

  /*
   * Askers and answers are items, so what is there several times is asked and answers once. Of an
   * asker's partners the most similar counts. Its rank is 1 + (answers strictly more similar) +
   * ½·(answers as similar that are no partners). Ties must count half: a collapsed encoder, all of
   * whose similarities are equal, would rank every partner first if they counted nothing, and reach
   * a recall of 1. So it ranks them (n+1)/2, which is chance.
   *
   * Both directions are counted in one pass of blocked products x·yᵀ: a row compares with what its
   * x has in common with its partner, a column with what its y has. Where the sides match most
   * answers are below both that and the first so far, and are passed over many at a time: of LINES
   * rows only the columns in which one of them is not are looked into.
   *
   * Hazard: equal vectors may yield products that differ in the last bits, as a matrix product
   * sums in another order at its edges. Similarities that float arithmetic cannot tell apart,
   * |Δ| ≤ 2(d+1)·2^-24·|x||y| with y the answer, are ties.
   */
  private static final int ROWS = 256;
  private static final int LINES = 8;
  private static final float NEVER = 1e35f;
  private static final int COLUMNS = 1024;
  private static final double UNIT_ROUNDOFF = 0x1p-24;
  private static final int MOST_FIRST = 10;
  private static final int SHARE_OF_FIRST = 20;

  /** The tallies of the x that ask, one per range. */
  private final List<Tally> rows;

  /** The tally of all y as askers. */
  private final Tally columns;

  private Ranking(List<Tally> rows, Tally columns) {
    this.rows = rows;
    this.columns = columns;
  }

  /**
   * Ranks for the items of x in {@code [from, to)}: these among all y, and every y among these.
   *
   * <p>Costs (to−from)·n·d multiplications on one thread, where n is the number of different y.
   */
  public static Ranking of(PairedEmbeddings pairs, int from, int to) {
    Items items = pairs.items();
    int d = pairs.dimension();
    float[] x = items.rowsX(pairs.x(), d);
    float[] y = items.rowsY(pairs.y(), d);
    double[] partnerX = new double[items.countX()];
    double[] partnerY = new double[items.countY()];
    Arrays.fill(partnerX, Double.NEGATIVE_INFINITY);
    Arrays.fill(partnerY, Double.NEGATIVE_INFINITY);
    for (int pair = 0; pair < items.pairs(); pair++) {
      int itemX = items.x(pair);
      int itemY = items.y(pair);
      double common = product(x, itemX, y, itemY, d);
      partnerX[itemX] = Math.max(partnerX[itemX], common);
      partnerY[itemY] = Math.max(partnerY[itemY], common);
    }
    double[] normX = norms(x, d);
    double[] normY = norms(y, d);
    Bounds ofRows = Bounds.of(partnerX, normX, normY, items, d);
    Bounds ofColumns = Bounds.of(partnerY, normY, normX, items.swapped(), d);
    int depth = depth(items);
    Tally rows = new Tally(from, to - from, depth);
    Tally columns = new Tally(0, items.countY(), depth);
    new Pass(x, y, d, rows, ofRows, columns, ofColumns).run(from, to);
    return new Ranking(List.of(rows), columns);
  }

  private static double[] norms(float[] values, int d) {
    double[] norms = new double[values.length / d];
    for (int i = 0; i < norms.length; i++) {
      norms[i] = Math.sqrt(product(values, i, values, i, d));
    }
    return norms;
  }

  /** The products of some x with all y. */
  private static final class Pass {
    private final float[] x;
    private final float[] y;
    private final int d;
    private final Tally rows;
    private final Bounds ofRows;
    private final Tally columns;
    private final Bounds ofColumns;

    /** The negated products, so that products above a limit become negative. */
    private final float[] block = new float[ROWS * COLUMNS];

    private final float[] line = new float[COLUMNS];
    private final float[] passes = new float[COLUMNS];
    private final float[] zero = new float[COLUMNS];
    private final float[] columnLimits = new float[COLUMNS];

    Pass(float[] x, float[] y, int d, Tally rows, Bounds ofRows, Tally columns, Bounds ofColumns) {
      this.x = x;
      this.y = y;
      this.d = d;
      this.rows = rows;
      this.ofRows = ofRows;
      this.columns = columns;
      this.ofColumns = ofColumns;
    }

    void run(int from, int to) {
      int n = columns.count;
      for (int row = from; row < to; row += ROWS) {
        int height = Math.min(ROWS, to - row);
        for (int column = 0; column < n; column += COLUMNS) {
          int width = Math.min(COLUMNS, n - column);
          Matrix.of(block, 0, height, width, COLUMNS)
              .multiply(
                  -1,
                  Matrix.of(x, row * d, height, d),
                  Matrix.of(y, column * d, width, d).transposed(),
                  0);
          Arrays.fill(columnLimits, NEVER);
          for (int j = 0; j < width; j++) {
            columnLimits[j] = columns.limit(ofColumns, column + j);
          }
          for (int first = 0; first < height; first += LINES) {
            look(row, first, Math.min(first + LINES, height), column, width);
          }
        }
      }
    }

    private void look(int row, int from, int to, int column, int width) {
      Arrays.fill(passes, 0);
      for (int i = from; i < to; i++) {
        System.arraycopy(block, i * COLUMNS, line, 0, COLUMNS);
        NegativeParts.add(line, zero, rows.limit(ofRows, row + i), passes);
        NegativeParts.add(line, columnLimits, 0, passes);
      }
      for (int j = 0; j < width; j++) {
        if (passes[j] > 0) {
          for (int i = from; i < to; i++) {
            float similarity = -block[i * COLUMNS + j];
            rows.add(ofRows, row + i, column + j, similarity);
            columns.add(ofColumns, column + j, row + i, similarity);
          }
          columnLimits[j] = columns.limit(ofColumns, column + j);
        }
      }
    }
  }

  /**
   * Merges the ranking of other x into this one.
   *
   * @return the merged ranking; neither of the two may be used again
   */
  public Ranking merge(Ranking other) {
    columns.merge(other.columns);
    List<Tally> all = new ArrayList<>(rows);
    all.addAll(other.rows);
    all.sort(Comparator.comparingInt(tally -> tally.from));
    return new Ranking(all, columns);
  }

  /** The number of first answers that are kept. */
  static int depth(Items items) {
    return Math.max(
        1, Math.min(MOST_FIRST, Math.min(items.countX(), items.countY()) / SHARE_OF_FIRST));
  }

  /** For each x, the rank of its best partner among the y, from 1. */
  double[] xToY() {
    return rows.stream().flatMapToDouble(tally -> Arrays.stream(tally.ranks())).toArray();
  }

  /** For each y, the rank of its best partner among the x, from 1. */
  double[] yToX() {
    return columns.ranks();
  }

  int nearestY(int x) {
    return rowsOf(x).nearest(x);
  }

  int nearestX(int y) {
    return columns.nearest(y);
  }

  /**
   * The share of askers with a partner, under another pairing, among their first answers, in the
   * better direction.
   *
   * @param partner for each pair, the pair whose y it has in the other pairing
   */
  double hits(Items items, int[] partner) {
    boolean[] foundX = new boolean[items.countX()];
    boolean[] foundY = new boolean[items.countY()];
    Tally range = rows.get(0);
    for (int pair = 0; pair < partner.length; pair++) {
      int x = items.x(pair);
      int y = items.y(partner[pair]);
      range = range.holds(x) ? range : rowsOf(x);
      foundX[x] |= range.isAmongFirst(x, y);
      foundY[y] |= columns.isAmongFirst(y, x);
    }
    return Math.max(share(foundX), share(foundY));
  }

  private static double share(boolean[] found) {
    int count = 0;
    for (boolean one : found) {
      count += one ? 1 : 0;
    }
    return (double) count / found.length;
  }

  private Tally rowsOf(int x) {
    int range = 0;
    while (!rows.get(range).holds(x)) {
      range++;
    }
    return rows.get(range);
  }

  private static double product(float[] a, int rowA, float[] b, int rowB, int d) {
    double sum = 0;
    for (int c = 0; c < d; c++) {
      sum += (double) a[rowA * d + c] * b[rowB * d + c];
    }
    return sum;
  }

  /**
   * Decides when an answer ties with a query's partner.
   *
   * @param partner each asker's similarity to its most similar partner
   * @param relative for each asker, the error bound of float products, divided by an answer's
   *     length
   * @param answers lengths of the answers
   * @param below for each asker, the similarity below which no answer can tie with or beat the
   *     partner
   * @param items items with the askers in the place of x
   */
  private record Bounds(
      double[] partner, double[] relative, double[] answers, double[] below, Items items) {
    static Bounds of(double[] partner, double[] askers, double[] answers, Items items, int d) {
      double longest = Arrays.stream(answers).max().getAsDouble();
      double[] relative = new double[partner.length];
      double[] below = new double[partner.length];
      for (int i = 0; i < partner.length; i++) {
        relative[i] = 2 * (d + 1) * UNIT_ROUNDOFF * askers[i];
        below[i] = partner[i] - relative[i] * longest;
      }
      return new Bounds(partner, relative, answers, below, items);
    }
  }

  /** The results so far of a range of queries. */
  private static final class Tally implements Serializable {
    private static final long serialVersionUID = 1;

    private final int from;
    private final int count;
    private final int depth;
    private final int[] greater;
    private final int[] ties;

    /** The first answers of each query, the best first, ties by index. */
    private final int[] first;

    private final float[] similarities;

    Tally(int from, int count, int depth) {
      this.from = from;
      this.count = count;
      this.depth = depth;
      greater = new int[count];
      ties = new int[count];
      first = new int[count * depth];
      similarities = new float[count * depth];
      Arrays.fill(similarities, Float.NEGATIVE_INFINITY);
    }

    void add(Bounds bounds, int asker, int answer, float similarity) {
      int place = asker - from;
      if (similarity >= similarities[(place + 1) * depth - 1]) {
        insert(place, answer, similarity);
      }
      double better = similarity - bounds.partner[asker];
      double tolerance = bounds.relative[asker] * bounds.answers[answer];
      // No partner is more similar than the most similar one by more than the tolerance.
      if (better > tolerance) {
        greater[place]++;
      } else if (better >= -tolerance && !bounds.items.belong(asker, answer)) {
        ties[place]++;
      }
    }

    boolean holds(int asker) {
      return asker >= from && asker < from + count;
    }

    /** The similarity above which an answer has to be looked at. */
    float limit(Bounds bounds, int asker) {
      double lowest = Math.min(bounds.below[asker], similarities[(asker - from + 1) * depth - 1]);
      // Lower by more than a float's rounding, and finite, as sums with it must not be infinite.
      return (float) Math.max(lowest - Math.abs(lowest) * 1e-6 - 1e-30, -NEVER);
    }

    private void insert(int asker, int answer, float similarity) {
      int begin = asker * depth;
      int last = begin + depth - 1;
      int place = last + 1;
      while (place > begin && precedes(similarity, answer, place - 1)) {
        place--;
      }
      if (place <= last) {
        System.arraycopy(similarities, place, similarities, place + 1, last - place);
        System.arraycopy(first, place, first, place + 1, last - place);
        similarities[place] = similarity;
        first[place] = answer;
      }
    }

    private boolean precedes(float similarity, int answer, int place) {
      return similarity > similarities[place]
          || (similarity == similarities[place] && answer < first[place]);
    }

    void merge(Tally other) {
      for (int asker = 0; asker < count; asker++) {
        greater[asker] += other.greater[asker];
        ties[asker] += other.ties[asker];
        for (int place = asker * depth; place < (asker + 1) * depth; place++) {
          if (other.similarities[place] > Float.NEGATIVE_INFINITY) {
            insert(asker, other.first[place], other.similarities[place]);
          }
        }
      }
    }

    int nearest(int asker) {
      return first[(asker - from) * depth];
    }

    boolean isAmongFirst(int asker, int answer) {
      int begin = (asker - from) * depth;
      for (int place = begin; place < begin + depth; place++) {
        if (first[place] == answer) {
          return true;
        }
      }
      return false;
    }

    double[] ranks() {
      double[] ranks = new double[count];
      for (int i = 0; i < count; i++) {
        ranks[i] = 1 + greater[i] + 0.5 * ties[i];
      }
      return ranks;
    }
  }
}
