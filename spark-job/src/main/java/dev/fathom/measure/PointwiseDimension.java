// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.measure;

import dev.fathom.intrinsic.DimensionEstimate;
import java.util.Arrays;
import java.util.List;

/**
 * How the dimension around each embedding of a side is spread.
 *
 * @param side {@code x} or {@code y}
 * @param p5 a twentieth of the values are below
 * @param p25 a fourth are below
 * @param p50 half of them are below
 * @param p75 three fourths are below
 * @param p95 all but a twentieth are below
 * @param parts of different dimension that the side is made of, the smaller dimension first; empty
 *     where it is of one
 */
public record PointwiseDimension(
    String side, double p5, double p25, double p50, double p75, double p95, List<Part> parts) {

  /**
   * A part, measured by itself.
   *
   * @param points how many embeddings are in it
   * @param share of all that were measured
   * @param dimension as the headline's
   */
  public record Part(int points, double share, DimensionEstimate dimension) {}

  /**
   * Takes the spread.
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
