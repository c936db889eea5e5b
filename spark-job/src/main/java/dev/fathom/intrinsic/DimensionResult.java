// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The result of measuring a cloud: finite numbers, or the reason why there are none. */
public sealed interface DimensionResult {

  /** Number of rows given. */
  int given();

  /** Number of rows dropped because they hold NaN or an infinity. */
  int nonFinite();

  /** Number of rows dropped because they equal an earlier row. */
  int duplicates();

  /**
   * The result for a cloud that could be measured.
   *
   * @param estimates the cheap estimators' results and those of {@code more}, in the estimators'
   *     order; an estimator of {@code more} that the data do not allow is missing, and a caveat
   *     says so
   * @param spectrum the linear dimension of the cloud
   * @param curve the Gride estimate over scales, by rising n1; may be empty
   * @param thinned TwoNN by likelihood on ever thinner clouds, by rising thinning
   * @param plateau the flattest stretch of the curve; TwoNN's values if there is no curve
   * @param dimension the dimension of the cloud, with an interval for the truth
   * @param caveats warnings to read before trusting the numbers, each a sentence; often none
   */
  record Measured(
      int given,
      int nonFinite,
      int duplicates,
      Map<Estimator, DimensionEstimate> estimates,
      Spectrum spectrum,
      List<ScaleEstimate> curve,
      List<ScaleEstimate> thinned,
      Plateau plateau,
      DimensionEstimate dimension,
      List<String> caveats)
      implements DimensionResult {

    /** Number of rows measured. */
    public int points() {
      return given - nonFinite - duplicates;
    }

    /** Levina–Bickel's estimate, combined over the points as 1/mean(1/m̂). */
    public DimensionEstimate mle() {
      return estimates.get(Estimator.MLE);
    }

    /** Levina–Bickel's estimate as the arithmetic mean of the pointwise values. */
    public Optional<DimensionEstimate> mlePointwiseMean() {
      return Optional.ofNullable(estimates.get(Estimator.MLE_POINTWISE_MEAN));
    }

    /** TwoNN by Facco's linear fit, without the largest tenth of the ratios. */
    public DimensionEstimate twoNN() {
      return estimates.get(Estimator.TWO_NN);
    }
  }

  /**
   * The result for a cloud that could not be measured.
   *
   * @param reason why the cloud could not be measured, a sentence
   */
  record Refused(int given, int nonFinite, int duplicates, String reason)
      implements DimensionResult {}
}
