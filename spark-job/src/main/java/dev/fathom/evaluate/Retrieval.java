// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.evaluate;

import dev.fathom.random.RandomStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * How well each side of n pairs finds the other: by the inner product of the embeddings, which they
 * were trained by, or by their cosine, as arXiv 2505.12473 matches embeddings of any training. For
 * embeddings of unit length the two are the same.
 *
 * <p>Askers and answers are {@link Items}: content that is repeated asks once and is one answer,
 * and an asker that has several partners has succeeded with the first of them.
 *
 * @param xToY every different x asks, all different y answer
 * @param yToX every different y asks, all different x answer
 * @param topShare share of pairs that either direction ranks in its top 0.5 %, by cosine
 * @param labelMatch how often the nearest answer, by cosine, has the query's label; empty without
 *     labels
 * @param pairs n
 * @param items number of different x and y
 * @param chance test of whether the pairing is found at all
 */
public record Retrieval(
    Direction xToY,
    Direction yToX,
    double topShare,
    Optional<LabelMatch> labelMatch,
    int pairs,
    Distinct items,
    Chance chance) {

  /**
   * One direction of retrieval. The recalls are shares of the askers, 0 … 1.
   *
   * @param medianRank 1 is perfect; (n+1)/2 is chance for n answers and one partner per asker
   * @param chanceAt10 the recall at 10 by chance
   */
  public record Direction(
      double recallAt1,
      double recallAt5,
      double recallAt10,
      double medianRank,
      double chanceAt10) {}

  /** The numbers of items with different content. */
  public record Distinct(int x, int y) {}

  /** The share of pairs whose nearest answer has their own label, in each direction. */
  public record LabelMatch(double xToY, double yToX) {}

  /**
   * A test of the hypothesis that the pairing is not found: under it one of an x's partners is
   * among the first {@code depth} answers with probability {@code recall}.
   *
   * @param depth the largest rank of a hit
   * @param recall the recall of x by chance at that depth: depth/n if all n pairs are different
   * @param pValue share of random pairings, including the given one, with at least as many hits in
   *     their better direction: 1/2000 or more
   * @param aboveChance whether the p-value is below {@value Retrieval#SIGNIFICANCE}
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
  private static final int RECALL_DEPTH = 10;

  /** Ranks all pairs, without labels; the seed draws the random pairings. */
  public static Retrieval of(PairedEmbeddings pairs, long seed) {
    return of(pairs, List.of(), seed);
  }

  /**
   * Ranks every pair among all pairs.
   *
   * @param labels one label per pair, or an empty list
   * @throws IllegalArgumentException if there are more or fewer labels than pairs
   */
  public static Retrieval of(PairedEmbeddings pairs, List<String> labels, long seed) {
    return of(pairs, labels, seed, ranked -> Ranking.of(ranked, 0, ranked.items().countX()));
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
   * @param labels one label per pair, or an empty list
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
    Items items = pairs.items();
    return new Retrieval(
        direction(xToY, items),
        direction(yToX, items.swapped()),
        topShare(byCosine, items),
        labels.isEmpty() ? Optional.empty() : Optional.of(labelMatch(labels, byCosine, items)),
        pairs.count(),
        new Distinct(items.countX(), items.countY()),
        chance(ranking, items, seed));
  }

  /**
   * The standard error of a recall of so many pairs: that of a share with one hit and one miss
   * added (Laplace), so that it is never 0.
   */
  public static double standardError(double recall, long pairs) {
    double share = (recall * pairs + 1) / (pairs + 2);
    return Math.sqrt(share * (1 - share) / pairs);
  }

  private static Direction direction(double[] ranks, Items items) {
    return new Direction(
        recall(ranks, 1),
        recall(ranks, 5),
        recall(ranks, RECALL_DEPTH),
        median(ranks),
        byChance(items, RECALL_DEPTH));
  }

  /** The recall of x at a depth if the y are in random order. */
  private static double byChance(Items items, int depth) {
    int answers = items.countY();
    SortedMap<Integer, Integer> askers = new TreeMap<>();
    for (int item = 0; item < items.countX(); item++) {
      askers.merge(items.partnersOfX(item), 1, Integer::sum);
    }
    double sum = 0;
    for (Map.Entry<Integer, Integer> some : askers.entrySet()) {
      sum += some.getValue() * byChance(answers, some.getKey(), depth);
    }
    return sum / items.countX();
  }

  /**
   * The probability that one of some partners is among the first answers: 1 − C(answers−partners,
   * depth)/C(answers, depth).
   */
  private static double byChance(int answers, int partners, int depth) {
    if (partners == 1) {
      return Math.min(1, (double) depth / answers);
    }
    double none = 1;
    for (int place = 0; place < depth; place++) {
      none *= Math.max(0, (answers - partners - place) / (double) Math.max(1, answers - place));
    }
    return 1 - none;
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

  private static double topShare(Ranking ranking, Items items) {
    double[] xToY = ranking.xToY();
    double[] yToX = ranking.yToX();
    double depthX = Math.max(1, TOP_SHARE * items.countY());
    double depthY = Math.max(1, TOP_SHARE * items.countX());
    int matched = 0;
    for (int pair = 0; pair < items.pairs(); pair++) {
      if (xToY[items.x(pair)] <= depthX || yToX[items.y(pair)] <= depthY) {
        matched++;
      }
    }
    return (double) matched / items.pairs();
  }

  private static Chance chance(Ranking ranking, Items items, long seed) {
    int n = items.pairs();
    int depth = Ranking.depth(items);
    RandomGenerator random = RandomStream.of(seed, "random-pairings");
    int[] partner = IntStream.range(0, n).toArray();
    double found = ranking.hits(items, partner);
    int asMany = 1;
    for (int p = 0; p < PERMUTATIONS; p++) {
      RandomStream.shuffle(partner, n, random);
      asMany += ranking.hits(items, partner) >= found ? 1 : 0;
    }
    double pValue = asMany / (PERMUTATIONS + 1.0);
    return new Chance(depth, byChance(items, depth), pValue, pValue < SIGNIFICANCE);
  }

  private static LabelMatch labelMatch(List<String> labels, Ranking ranking, Items items) {
    int xToY = 0;
    int yToX = 0;
    for (int i = 0; i < labels.size(); i++) {
      xToY += isCarried(labels, i, items.pairsOfY(ranking.nearestY(items.x(i)))) ? 1 : 0;
      yToX += isCarried(labels, i, items.pairsOfX(ranking.nearestX(items.y(i)))) ? 1 : 0;
    }
    return new LabelMatch((double) xToY / labels.size(), (double) yToX / labels.size());
  }

  /** Whether one of some pairs has the same label as another pair. */
  private static boolean isCarried(List<String> labels, int pair, int[] pairs) {
    return Arrays.stream(pairs).anyMatch(other -> labels.get(other).equals(labels.get(pair)));
  }
}
