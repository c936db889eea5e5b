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
 * The rank of every query's partner among all answers, and the first answers. A ranking covers all
 * pairs or, until it is merged with the others, a range of x.
 */
public final class Ranking implements Serializable {
  private static final long serialVersionUID = 1;

  /*
   * The rank of a partner is 1 + (answers strictly more similar) + ½·(answers as similar). Ties
   * must count half: a collapsed encoder, all of whose similarities are equal, would rank every
   * partner first if they counted nothing, and reach a recall of 1. So it ranks them (n+1)/2,
   * which is chance.
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

  /** The tallies of the querying x, one per range. */
  private final List<Tally> rows;

  /** The tally of all y. */
  private final Tally columns;

  private Ranking(List<Tally> rows, Tally columns) {
    this.rows = rows;
    this.columns = columns;
  }

  /**
   * Ranks for the x in {@code [from, to)}: these x against all y, and every y against these x.
   *
   * <p>Costs (to−from)·n·d multiplications on one thread.
   */
  public static Ranking of(PairedEmbeddings pairs, int from, int to) {
    int n = pairs.count();
    int d = pairs.dimension();
    double[] partner = new double[n];
    double[] normX = new double[n];
    double[] normY = new double[n];
    for (int i = 0; i < n; i++) {
      partner[i] = product(pairs.x(), pairs.y(), i, d);
      normX[i] = Math.sqrt(product(pairs.x(), pairs.x(), i, d));
      normY[i] = Math.sqrt(product(pairs.y(), pairs.y(), i, d));
    }
    Bounds ofRows = Bounds.of(partner, normX, normY, d);
    Bounds ofColumns = Bounds.of(partner, normY, normX, d);
    Tally rows = new Tally(from, to - from, depth(n));
    Tally columns = new Tally(0, n, depth(n));
    new Pass(pairs, rows, ofRows, columns, ofColumns).run(from, to);
    return new Ranking(List.of(rows), columns);
  }

  /** The products of some x with all y. */
  private static final class Pass {
    private final PairedEmbeddings pairs;
    private final Tally rows;
    private final Bounds ofRows;
    private final Tally columns;
    private final Bounds ofColumns;

    /** The negated products, so that those above a limit become negative. */
    private final float[] block = new float[ROWS * COLUMNS];

    private final float[] line = new float[COLUMNS];
    private final float[] passes = new float[COLUMNS];
    private final float[] zero = new float[COLUMNS];
    private final float[] columnLimits = new float[COLUMNS];

    Pass(PairedEmbeddings pairs, Tally rows, Bounds ofRows, Tally columns, Bounds ofColumns) {
      this.pairs = pairs;
      this.rows = rows;
      this.ofRows = ofRows;
      this.columns = columns;
      this.ofColumns = ofColumns;
    }

    void run(int from, int to) {
      int n = pairs.count();
      int d = pairs.dimension();
      for (int row = from; row < to; row += ROWS) {
        int height = Math.min(ROWS, to - row);
        for (int column = 0; column < n; column += COLUMNS) {
          int width = Math.min(COLUMNS, n - column);
          Matrix.of(block, 0, height, width, COLUMNS)
              .multiply(
                  -1,
                  Matrix.of(pairs.x(), row * d, height, d),
                  Matrix.of(pairs.y(), column * d, width, d).transposed(),
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

  /** The number of first answers that are kept for n pairs. */
  static int depth(int pairs) {
    return Math.max(1, Math.min(MOST_FIRST, pairs / SHARE_OF_FIRST));
  }

  /** The rank of each x's y, 1 and more. */
  double[] xToY() {
    return rows.stream().flatMapToDouble(tally -> Arrays.stream(tally.ranks())).toArray();
  }

  /** The rank of each y's x. */
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
   * The number of pairs that another pairing has among the first answers, in its better direction.
   */
  int hits(int[] partner) {
    int xToY = 0;
    int yToX = 0;
    for (Tally range : rows) {
      for (int i = range.from; i < range.from + range.count; i++) {
        xToY += range.isAmongFirst(i, partner[i]) ? 1 : 0;
        yToX += columns.isAmongFirst(partner[i], i) ? 1 : 0;
      }
    }
    return Math.max(xToY, yToX);
  }

  private Tally rowsOf(int x) {
    int range = 0;
    while (x >= rows.get(range).from + rows.get(range).count) {
      range++;
    }
    return rows.get(range);
  }

  private static double product(float[] a, float[] b, int row, int d) {
    double sum = 0;
    for (int c = row * d; c < (row + 1) * d; c++) {
      sum += (double) a[c] * b[c];
    }
    return sum;
  }

  /**
   * Decides when an answer ties with a query's partner.
   *
   * @param partner similarity of each query and its partner
   * @param relative for each query: times an answer's length, it is the possible error of a float
   *     product
   * @param answers lengths of the answers
   * @param below similarity under which no answer ties with the partner or is better
   */
  private record Bounds(double[] partner, double[] relative, double[] answers, double[] below) {
    static Bounds of(double[] partner, double[] askers, double[] answers, int d) {
      double longest = Arrays.stream(answers).max().getAsDouble();
      double[] relative = new double[partner.length];
      double[] below = new double[partner.length];
      for (int i = 0; i < partner.length; i++) {
        relative[i] = 2 * (d + 1) * UNIT_ROUNDOFF * askers[i];
        below[i] = partner[i] - relative[i] * longest;
      }
      return new Bounds(partner, relative, answers, below);
    }
  }

  /** The state of a range of queries: what they have found so far. */
  private static final class Tally implements Serializable {
    private static final long serialVersionUID = 1;

    private final int from;
    private final int count;
    private final int depth;
    private final int[] greater;
    private final int[] ties;

    /** The first answers of each query, the best first and then by index. */
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
      if (better >= -tolerance && asker != answer) {
        if (better > tolerance) {
          greater[place]++;
        } else {
          ties[place]++;
        }
      }
    }

    /** A product above this limit has to be looked at. */
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
