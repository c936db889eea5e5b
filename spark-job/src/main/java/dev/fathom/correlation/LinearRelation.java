// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.correlation;

import java.util.List;

/**
 * What two sides of pairs have in common by linear maps.
 *
 * @param pairs that were looked at, of which half were to find directions and half to test them
 * @param correlations of the directions, on pairs that did not help to find them, in the order in
 *     which they were found
 * @param chance the correlation that the best of as many directions exceeds in one of a hundred
 *     shuffles of the pairs
 * @param above how many correlations are larger than that
 * @param covariance the spectrum of the cross-covariance
 */
public record LinearRelation(
    int pairs, List<Double> correlations, double chance, int above, CrossCovariance covariance) {

  /**
   * The singular values σ of the covariance of one side with the other.
   *
   * @param singularValues descending, at most those that have correlations
   * @param noise the largest that twenty draws, of which nineteen are shuffled, exceed by chance
   * @param above how many are larger than that
   * @param participationRatio (Σσ²)²/Σσ⁴ of those, 0 where there are none
   */
  public record CrossCovariance(
      List<Double> singularValues, double noise, int above, double participationRatio) {}
}
