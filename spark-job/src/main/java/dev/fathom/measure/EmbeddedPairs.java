// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.measure;

import dev.fathom.contrastive.Cosine;
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
 * @param x embeddings of the first side, n × width, row-major
 * @param widthX width of an embedding of x
 * @param y embeddings of the second side, n × width, row i paired with row i of x; empty if there
 *     is one side
 * @param widthY width of an embedding of y, 0 if there is one side
 * @param labels one label per pair, blank for a pair without one
 * @param items groups of pairs with identical content on a side
 * @param centres numbers that have been subtracted from the values
 */
public record EmbeddedPairs(
    float[] x,
    int widthX,
    float[] y,
    int widthY,
    List<String> labels,
    Items items,
    Centres centres) {

  /** Makes pairs whose sides have the same width and no known duplicates. */
  public static EmbeddedPairs of(float[] x, float[] y, int width, List<String> labels) {
    return of(x, y, width, labels, Items.distinct(labels.size()));
  }

  /** Makes pairs whose sides have the same width. */
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

  /** Whether the two sides can be compared: both are there and have the same width. */
  public boolean comparable() {
    return widthX == widthY;
  }

  /** The pairs in the form that the package {@code evaluate} takes, checked. */
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
   * Returns the finite pairs in an order that is random by the seed, with their original values; if
   * there is one side, without duplicate embeddings.
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

  /** Returns the pairs with the first columns of both sides, scaled to unit length. */
  EmbeddedPairs prefix(int width) {
    return of(
        prefix(Centres.restored(x, centres.x()), widthX, width),
        prefix(Centres.restored(y, centres.y()), widthY, width),
        width,
        labels,
        items);
  }

  private static float[] prefix(float[] values, int whole, int width) {
    int count = values.length / whole;
    float[] prefix = new float[count * width];
    for (int i = 0; i < count; i++) {
      System.arraycopy(values, i * whole, prefix, i * width, width);
    }
    new Cosine().embed(prefix, width, 1);
    return prefix;
  }

  /** Returns the pairs whose sides are both finite. The sides must be comparable. */
  EmbeddedPairs finite() {
    int[] kept = finiteRows();
    return kept.length == count() ? this : select(kept);
  }

  /** Returns the given pairs, in the given order. */
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

  /** Returns the retrieval of the pairs, with the agreement of labels if every pair has one. */
  public Retrieval retrieval(long seed) {
    return Retrieval.of(paired(), completeLabels(), seed);
  }

  /** Retrieval by cosine among the pairs whose values are all finite. */
  public Retrieval retrievalByCosine(long seed) {
    EmbeddedPairs finite = finite();
    return Retrieval.of(finite.paired().normalised(), finite.completeLabels(), seed);
  }

  /** The labels if every pair has one, else an empty list. */
  List<String> completeLabels() {
    return labels.stream().noneMatch(String::isEmpty) ? labels : List.of();
  }
}
