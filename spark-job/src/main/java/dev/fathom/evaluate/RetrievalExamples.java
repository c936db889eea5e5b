// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.evaluate;

import dev.fathom.random.RandomStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Queries with their results, as examples: a few drawn at random, and those of a larger sample
 * whose partner has the worst rank.
 *
 * @param xToY queries of x
 * @param yToX queries of y
 */
public record RetrievalExamples(List<Query> xToY, List<Query> yToX) {
  private static final int DRAWN = 12;
  private static final int SAMPLE = 512;
  private static final int WORST = 4;
  private static final int ANSWERS = 4;

  /**
   * A query with its results.
   *
   * @param asker row of the asker
   * @param answers rows of the answers, the nearest first
   * @param right rows of the partners among the answers; if none is, the row of the nearest partner
   * @param rank rank of the nearest partner, from 1
   * @param worst whether it is an example of the worst ranks
   */
  public record Query(
      int asker, List<Integer> answers, List<Integer> right, int rank, boolean worst) {}

  /** Draws the queries and ranks their answers by the inner product of the embeddings. */
  public static RetrievalExamples of(PairedEmbeddings pairs, long seed) {
    int[] rows = IntStream.range(0, pairs.count()).toArray();
    RandomStream.shuffle(rows, rows.length, RandomStream.of(seed, "retrieval-examples"));
    return new RetrievalExamples(
        queries(pairs.x(), pairs.y(), pairs.items(), rows),
        queries(pairs.y(), pairs.x(), pairs.items().swapped(), rows));
  }

  private static List<Query> queries(float[] askers, float[] answers, Items items, int[] rows) {
    List<Query> shown = new ArrayList<>();
    List<Query> others = new ArrayList<>();
    int[] once =
        Arrays.stream(rows).filter(row -> items.pairsOfX(items.x(row))[0] == row).toArray();
    for (int i = 0; i < Math.min(SAMPLE, once.length); i++) {
      Query query = query(askers, answers, items, once[i], i >= DRAWN);
      (i < DRAWN ? shown : others).add(query);
    }
    others.stream()
        .filter(query -> query.rank > 1)
        .sorted(Comparator.comparingInt(Query::rank).reversed().thenComparingInt(Query::asker))
        .limit(WORST)
        .forEach(shown::add);
    return shown;
  }

  private static Query query(
      float[] askers, float[] answers, Items items, int asker, boolean worst) {
    int d = askers.length / items.pairs();
    int n = items.countY();
    double[] similarities = new double[n];
    int partner = -1;
    for (int item = 0; item < n; item++) {
      int answer = items.pairsOfY(item)[0];
      for (int c = 0; c < d; c++) {
        similarities[item] += (double) askers[asker * d + c] * answers[answer * d + c];
      }
      if (items.belong(items.x(asker), item)
          && (partner < 0 || similarities[item] > similarities[partner])) {
        partner = item;
      }
    }
    int rank = 1;
    for (double similarity : similarities) {
      if (similarity > similarities[partner]) {
        rank++;
      }
    }
    List<Integer> nearest = new ArrayList<>();
    for (int place = 0; place < Math.min(ANSWERS, n); place++) {
      int best = -1;
      for (int i = 0; i < n; i++) {
        if (!nearest.contains(i) && (best < 0 || similarities[i] > similarities[best])) {
          best = i;
        }
      }
      nearest.add(best);
    }
    List<Integer> right =
        nearest.stream().filter(item -> items.belong(items.x(asker), item)).toList();
    return new Query(
        asker,
        rows(nearest, items),
        rows(right.isEmpty() ? List.of(partner) : right, items),
        rank,
        worst);
  }

  private static List<Integer> rows(List<Integer> answers, Items items) {
    return answers.stream().map(item -> items.pairsOfY(item)[0]).toList();
  }
}
