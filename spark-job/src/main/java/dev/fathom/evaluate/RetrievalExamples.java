// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.evaluate;

import dev.fathom.random.RandomStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Queries and what they find, as examples: a few drawn at random, and those of a larger sample
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
   * A query.
   *
   * @param asker row of the query
   * @param answers rows of the answers, the nearest first
   * @param rank rank of its partner, from 1
   * @param worst whether it is shown for its rank
   */
  public record Query(int asker, List<Integer> answers, int rank, boolean worst) {}

  /** Draws the queries and ranks by the inner product of the embeddings. */
  public static RetrievalExamples of(PairedEmbeddings pairs, long seed) {
    int[] rows = IntStream.range(0, pairs.count()).toArray();
    RandomStream.shuffle(rows, rows.length, RandomStream.of(seed, "retrieval-examples"));
    return new RetrievalExamples(
        queries(pairs.x(), pairs.y(), pairs.dimension(), rows),
        queries(pairs.y(), pairs.x(), pairs.dimension(), rows));
  }

  private static List<Query> queries(float[] askers, float[] answers, int d, int[] rows) {
    List<Query> shown = new ArrayList<>();
    List<Query> others = new ArrayList<>();
    for (int i = 0; i < Math.min(SAMPLE, rows.length); i++) {
      Query query = query(askers, answers, d, rows[i], i >= DRAWN);
      (i < DRAWN ? shown : others).add(query);
    }
    others.stream()
        .filter(query -> query.rank > 1)
        .sorted(Comparator.comparingInt(Query::rank).reversed().thenComparingInt(Query::asker))
        .limit(WORST)
        .forEach(shown::add);
    return shown;
  }

  private static Query query(float[] askers, float[] answers, int d, int asker, boolean worst) {
    int n = answers.length / d;
    double[] similarities = new double[n];
    for (int i = 0; i < n; i++) {
      for (int c = 0; c < d; c++) {
        similarities[i] += (double) askers[asker * d + c] * answers[i * d + c];
      }
    }
    int rank = 1;
    for (int i = 0; i < n; i++) {
      if (similarities[i] > similarities[asker]) {
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
    return new Query(asker, nearest, rank, worst);
  }
}
