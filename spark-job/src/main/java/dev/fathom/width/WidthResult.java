// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.width;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Retrieval against width.
 *
 * @param quality the measure of retrieval
 * @param width width of the given embeddings
 * @param full the quality at that width, stored as floats
 * @param queries number of queries
 * @param vectors number of vectors that are searched
 * @param learned number of vectors that the axes were learned from
 * @param loss largest allowed loss of quality, 0 … 1
 * @param curves one curve for each combination of reduction and storage
 * @param nested whether the first columns are better than random ones; empty if there are too few
 *     columns to tell
 * @param trained whether the embeddings were trained with nested widths, as far as is known
 * @param dimension the intrinsic dimension, for two sides the shared one, if it could be measured
 * @param seconds time of the whole stage
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
    boolean trained,
    Optional<Double> dimension,
    double seconds) {

  /** The measure of retrieval at a width. */
  public enum Quality {
    /** For two sides: the share of queries with a partner among the first ten results. */
    RECALL_AT_10("recall@10"),
    /**
     * For one side: the share of a query's ten nearest at the whole width that are among its ten.
     */
    NEIGHBOURS_KEPT("ten nearest neighbours kept");

    private final String label;

    Quality(String label) {
      this.label = label;
    }

    /** The measure's name for display. */
    public String label() {
      return label;
    }
  }

  /**
   * One reduction with one storage.
   *
   * @param points points of the curve, by rising width
   * @param smallest the smallest width from which on the upper end of every loss's interval is
   *     within the allowed loss
   */
  public record Curve(
      Reduction reduction, NumberStorage storage, List<Point> points, Optional<Point> smallest) {}

  /**
   * One width.
   *
   * @param bytes bytes per vector
   * @param quality mean quality over the queries
   * @param loss quality lost against the whole width as floats, with the same queries; negative if
   *     this width is better
   * @param low lower end of the loss's 90 % interval
   * @param high upper end of the loss's 90 % interval
   */
  public record Point(int width, int bytes, double quality, double loss, double low, double high) {}

  /**
   * The first columns compared with as many random ones, over the widths up to half.
   *
   * @param better mean difference of quality, positive if the first columns are better
   * @param low lower end of its 90 % interval, which covers draws of columns and of queries; if it
   *     is above 0, the first columns are no ordinary draw
   * @param high upper end of its 90 % interval
   */
  public record Nested(double better, double low, double high) {
    /** Whether the first columns are better than random ones by more than chance. */
    public boolean isBetterThanRandom() {
      return low > 0;
    }
  }

  /**
   * The curve that needs the fewest bytes within the allowed loss, among float storage only or all
   * storages.
   */
  public Optional<Curve> best(boolean floats) {
    return curves.stream()
        .filter(curve -> curve.smallest.isPresent())
        .filter(curve -> curve.reduction != Reduction.RANDOM_COLUMNS)
        .filter(curve -> !floats || curve.storage == NumberStorage.FLOAT)
        .min(Comparator.comparingInt(curve -> curve.smallest.orElseThrow().bytes));
  }

  /** Returns a copy with the dimension, the time, and how the embeddings were trained. */
  WidthResult with(Optional<Double> measured, double total, boolean nestedWidths) {
    return new WidthResult(
        quality,
        width,
        full,
        queries,
        vectors,
        learned,
        loss,
        curves,
        nested,
        nestedWidths,
        measured,
        total);
  }
}
