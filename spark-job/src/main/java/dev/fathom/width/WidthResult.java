// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.width;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Retrieval against width.
 *
 * @param quality what is told of each width
 * @param width of the embeddings as they are
 * @param full the quality at that width, as floats
 * @param queries that were asked
 * @param vectors that they were asked of
 * @param learned vectors that the axes were learned from
 * @param loss of quality that is allowed
 * @param curves one for each way to make vectors shorter and to store them
 * @param nested whether the first columns are better than random ones; empty where there are too
 *     few columns to tell
 * @param dimension the intrinsic dimension, of both sides the shared one, where it could be
 *     measured
 * @param seconds that it took
 */
public record WidthResult(
    Quality quality,
    int width,
    double full,
    int queries,
    int vectors,
    int learned,
    double loss,
    List<Curve> curves,
    Optional<Nested> nested,
    Optional<Double> dimension,
    double seconds) {

  /** What is told of a width. */
  public enum Quality {
    /** Of two sides the share of queries that find a partner among the first ten. */
    RECALL_AT_10("recall@10"),
    /** Of one side the share of a query's ten nearest at the whole width that are among its ten. */
    NEIGHBOURS_KEPT("ten nearest neighbours kept");

    private final String label;

    Quality(String label) {
      this.label = label;
    }

    /** What a person calls it. */
    public String label() {
      return label;
    }
  }

  /**
   * A way.
   *
   * @param points by rising width
   * @param smallest the first width from which on no loss is above the one that is allowed, at the
   *     upper end of its interval
   */
  public record Curve(
      Reduction reduction, NumberStorage storage, List<Point> points, Optional<Point> smallest) {}

  /**
   * A width.
   *
   * @param bytes a vector
   * @param quality mean over the queries
   * @param loss against the whole width as floats, the same queries; negative where it is better
   * @param low lower end of the loss's interval at the 90 % level
   * @param high its upper end
   */
  public record Point(int width, int bytes, double quality, double loss, double low, double high) {}

  /**
   * The first columns against as many at random, over the widths up to half.
   *
   * @param better mean of the quality that the first ones have more
   * @param low lower end of its interval at the 90 % level, to which draws of columns and queries
   *     add; above 0 the first columns are no ordinary draw
   * @param high its upper end
   */
  public record Nested(double better, double low, double high) {
    /** Whether cutting off columns is more than chance. */
    public boolean isBetterThanRandom() {
      return low > 0;
    }
  }

  /** The way that takes the fewest bytes within the loss that is allowed, float by float or any. */
  public Optional<Curve> best(boolean floats) {
    return curves.stream()
        .filter(curve -> curve.smallest.isPresent())
        .filter(curve -> curve.reduction != Reduction.RANDOM_COLUMNS)
        .filter(curve -> !floats || curve.storage == NumberStorage.FLOAT)
        .min(Comparator.comparingInt(curve -> curve.smallest.orElseThrow().bytes));
  }

  /** A copy with the dimension and the time. */
  WidthResult with(Optional<Double> measured, double total) {
    return new WidthResult(
        quality, width, full, queries, vectors, learned, loss, curves, nested, measured, total);
  }
}
