// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.measure;

import dev.fathom.evaluate.Items;
import dev.fathom.evaluate.PairedEmbeddings;
import dev.fathom.evaluate.Retrieval;
import dev.fathom.intrinsic.points.Points;
import dev.fathom.intrinsic.points.PreparedPoints;
import dev.fathom.random.RandomStream;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Embeddings to measure, of two sides or of one.
 *
 * @param x n × width, row-major
 * @param widthX of an embedding of x
 * @param y likewise, row i belonging to row i of x; empty where there is one side
 * @param widthY of an embedding of y, 0 where there is one side
 * @param labels one a pair, empty where a pair has none
 * @param items which pairs have identical content on a side
 * @param centres what has been taken from the values
 */
public record EmbeddedPairs(
    float[] x,
    int widthX,
    float[] y,
    int widthY,
    List<String> labels,
    Items items,
    Centres centres) {

  /** Pairs of one width whose contents are not known to be identical. */
  public static EmbeddedPairs of(float[] x, float[] y, int width, List<String> labels) {
    return of(x, y, width, labels, Items.distinct(labels.size()));
  }

  /** Pairs of one width. */
  public static EmbeddedPairs of(
      float[] x, float[] y, int width, List<String> labels, Items items) {
    return new EmbeddedPairs(x, width, y, width, labels, items, Centres.NONE);
  }

  /** The number of pairs. */
  public int count() {
    return labels.size();
  }

  Points pointsX() {
    return Points.of(x, count(), widthX);
  }

  Optional<Points> pointsY() {
    return widthY == 0 ? Optional.empty() : Optional.of(Points.of(y, count(), widthY));
  }

  /** Whether the sides can be compared: one side, or sides of two widths, have nothing to find. */
  public boolean comparable() {
    return widthX == widthY;
  }

  /** The pairs as the package {@code evaluate} takes them, checked. */
  public PairedEmbeddings paired() {
    return PairedEmbeddings.of(
            Centres.restored(x, centres.x()), Centres.restored(y, centres.y()), count(), widthX)
        .of(items);
  }

  /** Whether there are two sides. */
  public boolean isPaired() {
    return widthY > 0;
  }

  /**
   * Finite pairs in an order that is random by the seed, their values as they were given; of one
   * side no embedding twice.
   */
  public EmbeddedPairs distinct(long seed) {
    if (!isPaired()) {
      return select(PreparedPoints.of(pointsX(), seed).rows()).restored();
    }
    int[] rows = finiteRows();
    RandomStream.shuffle(rows, rows.length, RandomStream.of(seed, "pairs-order"));
    return select(rows).restored();
  }

  private EmbeddedPairs restored() {
    return new EmbeddedPairs(
        Centres.restored(x, centres.x()),
        widthX,
        Centres.restored(y, centres.y()),
        widthY,
        labels,
        items,
        Centres.NONE);
  }

  /** The pairs, which must be comparable, both of whose sides are finite. */
  EmbeddedPairs finite() {
    int[] kept = finiteRows();
    return kept.length == count() ? this : select(kept);
  }

  /** The named ones, in their order. */
  public EmbeddedPairs select(int[] rows) {
    return new EmbeddedPairs(
        rows(x, widthX, rows),
        widthX,
        rows(y, widthY, rows),
        widthY,
        Arrays.stream(rows).mapToObj(labels::get).toList(),
        items.select(rows),
        centres);
  }

  /** The rows of {@link #finite}. */
  int[] finiteRows() {
    return IntStream.range(0, count())
        .filter(i -> isFinite(x, i, widthX) && isFinite(y, i, widthY))
        .toArray();
  }

  private static boolean isFinite(float[] values, int row, int width) {
    for (int c = row * width; c < (row + 1) * width; c++) {
      if (!Float.isFinite(values[c])) {
        return false;
      }
    }
    return true;
  }

  private static float[] rows(float[] values, int width, int[] rows) {
    float[] chosen = new float[rows.length * width];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(values, rows[i] * width, chosen, i * width, width);
    }
    return chosen;
  }

  /** Retrieval, with the match of labels where every pair has one. */
  public Retrieval retrieval(long seed) {
    return Retrieval.of(paired(), completeLabels(), seed);
  }

  /** Retrieval by cosine among the pairs whose values are all finite. */
  public Retrieval retrievalByCosine(long seed) {
    EmbeddedPairs finite = finite();
    return Retrieval.of(finite.paired().normalised(), finite.completeLabels(), seed);
  }

  /** The labels, if every pair has one; else none. */
  List<String> completeLabels() {
    return labels.stream().noneMatch(String::isEmpty) ? labels : List.of();
  }
}
