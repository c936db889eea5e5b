// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.evaluate;

import dev.fathom.blas.Blas;
import dev.fathom.common.RandomStream;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * How well each side of a pair finds the other among all n: by the inner product of the embeddings,
 * which is what they were trained by, or by their cosine, as arXiv 2505.12473 matches whatever it
 * was. For embeddings of length one the two are the same.
 *
 * @param xToY x asks, all y answer
 * @param yToX y asks, all x answer
 * @param topShare the share of pairs that either direction ranks in its top 0.5 %, by cosine
 * @param labelMatch how often the nearest of the other side, by cosine, carries the asker's label,
 *     where there are labels
 * @param pairs n
 * @param chance whether the pairing is found at all
 */
public record Retrieval(
    Direction xToY,
    Direction yToX,
    double topShare,
    Optional<LabelMatch> labelMatch,
    int pairs,
    Chance chance) {

  /**
   * One direction. The recalls are shares in 0 … 1.
   *
   * @param medianRank 1 is perfect, (n+1)/2 is chance
   */
  public record Direction(
      double recallAt1, double recallAt5, double recallAt10, double medianRank) {}

  /** The share of askers whose nearest answer has their own label, both ways. */
  public record LabelMatch(double xToY, double yToX) {}

  /**
   * A test of "the pairing is not found": under it a partner is among the first {@code depth} with
   * probability {@code recall}.
   *
   * @param depth how deep a hit may lie
   * @param recall the recall at that depth by chance, depth/n
   * @param pValue the share of random pairings, the given one among them, with as many hits in
   *     their better direction: 1/2000 at least
   * @param aboveChance whether that is below {@value Retrieval#SIGNIFICANCE}
   */
  public record Chance(int depth, double recall, double pValue, boolean aboveChance) {}

  /** The p-value below which retrieval counts as better than chance. */
  public static final double SIGNIFICANCE = 0.001;

  /*
   * The rank of a partner is 1 + (answers strictly more similar) + ½·(answers as similar). Ties
   * must count half: a collapsed encoder, all of whose similarities are equal, would rank every
   * partner first if they counted nothing, and reach a recall of 1. So it ranks them (n+1)/2,
   * which is chance.
   *
   * Both directions are counted in one pass of blocked products x·yᵀ: a row compares with what its
   * x has in common with its partner, a column with what its y has.
   *
   * Hazard: equal vectors may yield products that differ in the last bits, as a matrix product
   * sums in another order at its edges. Similarities that float arithmetic cannot tell apart,
   * |Δ| ≤ 2(d+1)·2^-24·|x||y|, are ties, with the largest |y| of all (or |x|) for the answers.
   *
   * Chance: a permutation test. Were the pairing of no account, any other would find as many
   * partners among the first; so the hits of the better direction are held to those of random
   * pairings of the same embeddings. It needs but the first answers of every asker, which the one
   * pass keeps. The depth is 10, less for few pairs.
   */
  private static final int ROWS = 256;
  private static final int COLUMNS = 1024;
  private static final double UNIT_ROUNDOFF = 0x1p-24;
  private static final double UNIT_LENGTH = 1e-5;
  private static final double TOP_SHARE = 0.005;
  private static final int CHANCE_DEPTH = 10;
  private static final int CHANCE_SHARE = 20;
  private static final int PERMUTATIONS = 1999;

  /** Ranks every pair among all pairs, without labels; the seed draws random pairings. */
  public static Retrieval of(PairedEmbeddings pairs, long seed) {
    return of(pairs, Optional.empty(), seed);
  }

  /**
   * Ranks every pair among all pairs.
   *
   * @param labels one a pair, not null
   * @throws IllegalArgumentException if there are more or fewer labels than pairs
   */
  public static Retrieval of(PairedEmbeddings pairs, List<String> labels, long seed) {
    if (labels.size() != pairs.count()) {
      throw new IllegalArgumentException(
          String.format("%d labels for %d pairs", labels.size(), pairs.count()));
    }
    return of(pairs, Optional.of(labels), seed);
  }

  private static Retrieval of(PairedEmbeddings pairs, Optional<List<String>> labels, long seed) {
    Ranking ranking = new Ranking(pairs);
    Ranking byCosine = ranking.ofUnitLength() ? ranking : new Ranking(pairs.normalised());
    double[] xToY = ranking.rows.ranks();
    double[] yToX = ranking.columns.ranks();
    return new Retrieval(
        direction(xToY),
        direction(yToX),
        topShare(byCosine.rows.ranks(), byCosine.columns.ranks()),
        labels.map(names -> labelMatch(names, byCosine)),
        xToY.length,
        chance(ranking, xToY, yToX, seed));
  }

  private static Direction direction(double[] ranks) {
    return new Direction(recall(ranks, 1), recall(ranks, 5), recall(ranks, 10), median(ranks));
  }

  private static double recall(double[] ranks, int depth) {
    return (double) hits(ranks, depth) / ranks.length;
  }

  private static int hits(double[] ranks, int depth) {
    return (int) Arrays.stream(ranks).filter(rank -> rank <= depth).count();
  }

  private static double median(double[] ranks) {
    double[] sorted = ranks.clone();
    Arrays.sort(sorted);
    return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
  }

  private static double topShare(double[] xToY, double[] yToX) {
    double depth = Math.max(1, TOP_SHARE * xToY.length);
    int matched = 0;
    for (int i = 0; i < xToY.length; i++) {
      if (Math.min(xToY[i], yToX[i]) <= depth) {
        matched++;
      }
    }
    return (double) matched / xToY.length;
  }

  private static Chance chance(Ranking ranking, double[] xToY, double[] yToX, long seed) {
    int n = xToY.length;
    int depth = chanceDepth(n);
    int found = Math.max(hits(xToY, depth), hits(yToX, depth));
    RandomGenerator random = RandomStream.of(seed, "random-pairings");
    int[] partner = IntStream.range(0, n).toArray();
    int asMany = 1;
    for (int p = 0; p < PERMUTATIONS; p++) {
      RandomStream.shuffle(partner, n, random);
      asMany += ranking.hits(partner) >= found ? 1 : 0;
    }
    double pValue = asMany / (PERMUTATIONS + 1.0);
    return new Chance(depth, (double) depth / n, pValue, pValue < SIGNIFICANCE);
  }

  private static int chanceDepth(int pairs) {
    return Math.max(1, Math.min(CHANCE_DEPTH, pairs / CHANCE_SHARE));
  }

  private static LabelMatch labelMatch(List<String> labels, Ranking ranking) {
    return new LabelMatch(labelMatch(labels, ranking.rows), labelMatch(labels, ranking.columns));
  }

  private static double labelMatch(List<String> labels, Tally tally) {
    int matched = 0;
    for (int i = 0; i < labels.size(); i++) {
      if (labels.get(i).equals(labels.get(tally.nearest(i)))) {
        matched++;
      }
    }
    return (double) matched / labels.size();
  }

  /** One pass over all n² similarities. */
  private static final class Ranking {
    private final Tally rows;
    private final Tally columns;
    private final boolean ofUnitLength;

    Ranking(PairedEmbeddings pairs) {
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
      ofUnitLength = areOne(normX) && areOne(normY);
      rows = new Tally(partner, normX, normY, d);
      columns = new Tally(partner, normY, normX, d);
      float[] block = new float[ROWS * COLUMNS];
      for (int row = 0; row < n; row += ROWS) {
        int height = Math.min(ROWS, n - row);
        for (int column = 0; column < n; column += COLUMNS) {
          int width = Math.min(COLUMNS, n - column);
          Blas.gemm(
              false,
              true,
              height,
              width,
              d,
              1,
              pairs.x(),
              row * d,
              d,
              pairs.y(),
              column * d,
              d,
              0,
              block,
              0,
              COLUMNS);
          count(block, row, height, column, width);
        }
      }
    }

    boolean ofUnitLength() {
      return ofUnitLength;
    }

    private static boolean areOne(double[] lengths) {
      return Arrays.stream(lengths).allMatch(length -> Math.abs(length - 1) < UNIT_LENGTH);
    }

    /** How many pairs another pairing has among the first, in its better direction. */
    int hits(int[] partner) {
      int xToY = 0;
      int yToX = 0;
      for (int i = 0; i < partner.length; i++) {
        xToY += rows.isAmongFirst(i, partner[i]) ? 1 : 0;
        yToX += columns.isAmongFirst(partner[i], i) ? 1 : 0;
      }
      return Math.max(xToY, yToX);
    }

    private void count(float[] block, int row, int height, int column, int width) {
      for (int i = 0; i < height; i++) {
        for (int j = 0; j < width; j++) {
          float similarity = block[i * COLUMNS + j];
          rows.add(row + i, column + j, similarity);
          columns.add(column + j, row + i, similarity);
        }
      }
    }

    private static double product(float[] a, float[] b, int row, int d) {
      double sum = 0;
      for (int c = row * d; c < (row + 1) * d; c++) {
        sum += (double) a[c] * b[c];
      }
      return sum;
    }
  }

  /** What one direction has seen so far, for each asker. */
  private static final class Tally {
    private final double[] above;
    private final double[] below;
    private final int[] greater;
    private final int[] ties;

    /** The first answers of each asker, best first, and how similar they are. */
    private final int[] first;

    private final float[] similarities;
    private final int depth;

    Tally(double[] partner, double[] askers, double[] answers, int d) {
      int n = partner.length;
      double longest = Arrays.stream(answers).max().getAsDouble();
      above = new double[n];
      below = new double[n];
      for (int i = 0; i < n; i++) {
        double tolerance = 2 * (d + 1) * UNIT_ROUNDOFF * askers[i] * longest;
        above[i] = partner[i] + tolerance;
        below[i] = partner[i] - tolerance;
      }
      greater = new int[n];
      ties = new int[n];
      depth = chanceDepth(n);
      first = new int[n * depth];
      similarities = new float[n * depth];
      Arrays.fill(similarities, Float.NEGATIVE_INFINITY);
    }

    void add(int asker, int answer, float similarity) {
      if (similarity > similarities[(asker + 1) * depth - 1]) {
        insert(asker, answer, similarity);
      }
      if (similarity >= below[asker] && asker != answer) {
        if (similarity > above[asker]) {
          greater[asker]++;
        } else {
          ties[asker]++;
        }
      }
    }

    private void insert(int asker, int answer, float similarity) {
      int place = (asker + 1) * depth - 1;
      while (place > asker * depth && similarity > similarities[place - 1]) {
        similarities[place] = similarities[place - 1];
        first[place] = first[place - 1];
        place--;
      }
      similarities[place] = similarity;
      first[place] = answer;
    }

    int nearest(int asker) {
      return first[asker * depth];
    }

    boolean isAmongFirst(int asker, int answer) {
      for (int place = asker * depth; place < (asker + 1) * depth; place++) {
        if (first[place] == answer) {
          return true;
        }
      }
      return false;
    }

    double[] ranks() {
      double[] ranks = new double[greater.length];
      for (int i = 0; i < ranks.length; i++) {
        ranks[i] = 1 + greater[i] + 0.5 * ties[i];
      }
      return ranks;
    }
  }
}
