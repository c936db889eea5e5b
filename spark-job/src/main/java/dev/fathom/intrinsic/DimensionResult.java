// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

import java.util.List;

/** What came of measuring a cloud: numbers, all finite, or the reason why there are none. */
public sealed interface DimensionResult {

  /** How many rows were given. */
  int given();

  /** How many of them were dropped because they hold NaN or an infinity. */
  int nonFinite();

  /** How many of them were dropped because they equal an earlier row. */
  int duplicates();

  /**
   * A cloud that could be measured.
   *
   * @param mle Levina–Bickel, combined as 1/mean(1/m̂)
   * @param mlePointwiseMean Levina–Bickel, the arithmetic mean of the pointwise values
   * @param twoNN Facco's linear fit, the largest tenth of the ratios discarded
   * @param curve the Gride estimate over scales, by rising n1; may be empty
   * @param plateau the flattest stretch of the curve; TwoNN's values where there is no curve
   * @param caveats what to know before trusting the numbers, each a sentence; often none
   */
  record Measured(
      int given,
      int nonFinite,
      int duplicates,
      DimensionEstimate mle,
      DimensionEstimate mlePointwiseMean,
      DimensionEstimate twoNN,
      List<ScaleEstimate> curve,
      Plateau plateau,
      List<String> caveats)
      implements DimensionResult {

    /** How many rows were measured. */
    public int points() {
      return given - nonFinite - duplicates;
    }
  }

  /**
   * A cloud that could not be measured.
   *
   * @param reason a sentence
   */
  record Refused(int given, int nonFinite, int duplicates, String reason)
      implements DimensionResult {}
}
