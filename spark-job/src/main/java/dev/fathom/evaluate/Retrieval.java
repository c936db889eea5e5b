// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.evaluate;

import dev.fathom.random.RandomStream;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * How well each side of a pair finds the other among all n. Ranks are by the inner product of the
 * embeddings, with which they were trained. Where noted they are by cosine, as in arXiv 2505.12473.
 * For embeddings of length one the two are the same.
 *
 * @param xToY x is the query, all y are answers
 * @param yToX y is the query, all x are answers
 * @param topShare the share of pairs that either direction ranks in its top 0.5 %, by cosine
 * @param labelMatch how often the nearest answer, by cosine, has the query's label; empty without
 *     labels
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

  /** The share of queries whose nearest answer has their own label, in each direction. */
  public record LabelMatch(double xToY, double yToX) {}

  /**
   * A test of the null hypothesis that the pairing is not found. Under it a partner is among the
   * first {@code depth} answers with probability {@code recall}.
   *
   * @param depth largest rank of a hit
   * @param recall recall at that depth by chance, depth/n
   * @param pValue the share of random pairings, the given one included, with as many hits or more
   *     in their better direction; 1/2000 at least
   * @param aboveChance whether that is below {@value Retrieval#SIGNIFICANCE}
   */
  public record Chance(int depth, double recall, double pValue, boolean aboveChance) {}

  /** The p-value below which retrieval counts as better than chance. */
  public static final double SIGNIFICANCE = 0.001;

  /*
   * Chance: a permutation test. Were the pairing of no account, any other would find as many
   * partners among the first; so the hits of the better direction are held to those of random
   * pairings of the same embeddings. It needs but the first answers of every asker, which the
   * ranking keeps. The depth is 10, less for few pairs.
   */
  private static final double TOP_SHARE = 0.005;
  private static final int PERMUTATIONS = 1999;

  /** Ranks every pair among all pairs, without labels; the seed draws random pairings. */
  public static Retrieval of(PairedEmbeddings pairs, long seed) {
    return of(pairs, List.of(), seed);
  }

  /**
   * Ranks every pair among all pairs.
   *
   * @param labels one per pair, or an empty list
   * @throws IllegalArgumentException if there are more or fewer labels than pairs
   */
  public static Retrieval of(PairedEmbeddings pairs, List<String> labels, long seed) {
    return of(pairs, labels, seed, ranked -> Ranking.of(ranked, 0, ranked.count()));
  }

  /** A way to rank all pairs. */
  @FunctionalInterface
  public interface Ranker {
    /** Ranks these pairs by their inner products. */
    Ranking rank(PairedEmbeddings pairs);
  }

  /**
   * Evaluates pairs that {@code ranker} ranks.
   *
   * @param labels one per pair, or an empty list
   * @throws IllegalArgumentException if there are more or fewer labels than pairs
   */
  public static Retrieval of(
      PairedEmbeddings pairs, List<String> labels, long seed, Ranker ranker) {
    if (!labels.isEmpty() && labels.size() != pairs.count()) {
      throw new IllegalArgumentException(
          String.format("%d labels for %d pairs", labels.size(), pairs.count()));
    }
    Ranking ranking = ranker.rank(pairs.scaled());
    Ranking byCosine = pairs.areOfUnitLength() ? ranking : ranker.rank(pairs.normalised());
    double[] xToY = ranking.xToY();
    double[] yToX = ranking.yToX();
    return new Retrieval(
        direction(xToY),
        direction(yToX),
        topShare(byCosine.xToY(), byCosine.yToX()),
        labels.isEmpty() ? Optional.empty() : Optional.of(labelMatch(labels, byCosine)),
        xToY.length,
        chance(ranking, xToY.length, seed));
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

  private static Chance chance(Ranking ranking, int n, long seed) {
    int depth = Ranking.depth(n);
    RandomGenerator random = RandomStream.of(seed, "random-pairings");
    int[] partner = IntStream.range(0, n).toArray();
    int found = ranking.hits(partner);
    int asMany = 1;
    for (int p = 0; p < PERMUTATIONS; p++) {
      RandomStream.shuffle(partner, n, random);
      asMany += ranking.hits(partner) >= found ? 1 : 0;
    }
    double pValue = asMany / (PERMUTATIONS + 1.0);
    return new Chance(depth, (double) depth / n, pValue, pValue < SIGNIFICANCE);
  }

  private static LabelMatch labelMatch(List<String> labels, Ranking ranking) {
    int xToY = 0;
    int yToX = 0;
    for (int i = 0; i < labels.size(); i++) {
      xToY += labels.get(i).equals(labels.get(ranking.nearestY(i))) ? 1 : 0;
      yToX += labels.get(i).equals(labels.get(ranking.nearestX(i))) ? 1 : 0;
    }
    return new LabelMatch((double) xToY / labels.size(), (double) yToX / labels.size());
  }
}
