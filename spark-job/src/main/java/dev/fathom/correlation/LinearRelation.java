// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.correlation;

import java.util.List;

/**
 * What two sides of pairs have in common by linear maps.
 *
 * @param pairs number of pairs used, half to find directions and half to test them
 * @param correlations correlation along each direction, in the order in which they were found, on
 *     pairs that were not used to find them
 * @param chance the correlation that the best of as many directions exceeds in one of a hundred
 *     shuffles of the pairs
 * @param above number of correlations above {@code chance}
 * @param covariance the spectrum of the cross-covariance
 */
public record LinearRelation(
    int pairs, List<Double> correlations, double chance, int above, CrossCovariance covariance) {

  /**
   * The singular values σ of the covariance of one side with the other.
   *
   * @param singularValues singular values, descending, at most as many as there are correlations
   * @param noise the largest value in nineteen shuffles of the pairs, which chance exceeds once in
   *     twenty draws
   * @param above number of singular values above {@code noise}
   * @param participationRatio (Σσ²)²/Σσ⁴ of the values above {@code noise}, 0 if there are none
   */
  public record CrossCovariance(
      List<Double> singularValues, double noise, int above, double participationRatio) {}
}
