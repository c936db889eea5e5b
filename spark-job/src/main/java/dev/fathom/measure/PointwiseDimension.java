// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.measure;

import dev.fathom.intrinsic.DimensionEstimate;
import java.util.Arrays;
import java.util.List;

/**
 * The spread of the dimension around each embedding of a side.
 *
 * @param side {@code x} or {@code y}
 * @param p5 5 % quantile of the values
 * @param p25 first quartile
 * @param p50 median
 * @param p75 third quartile
 * @param p95 95 % quantile
 * @param parts parts of different dimension that the side consists of, the smaller dimension first;
 *     empty if there is only one
 */
public record PointwiseDimension(
    String side, double p5, double p25, double p50, double p75, double p95, List<Part> parts) {

  /**
   * A part of a side, measured by itself.
   *
   * @param points number of embeddings in the part
   * @param share the part's share of all measured embeddings, 0 to 1
   * @param dimension dimension of the part, estimated like the headline
   */
  public record Part(int points, double share, DimensionEstimate dimension) {}

  /**
   * Computes the spread.
   *
   * @param around the dimension around each embedding, some of them finite
   */
  static PointwiseDimension of(String side, double[] around, List<Part> parts) {
    double[] sorted = Arrays.stream(around).filter(Double::isFinite).sorted().toArray();
    return new PointwiseDimension(
        side,
        quantile(sorted, 0.05),
        quantile(sorted, 0.25),
        quantile(sorted, 0.5),
        quantile(sorted, 0.75),
        quantile(sorted, 0.95),
        parts);
  }

  private static double quantile(double[] sorted, double share) {
    return sorted[(int) Math.round(share * (sorted.length - 1))];
  }
}
