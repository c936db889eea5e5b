// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.spark;

import dev.fathom.evaluate.Retrieval;
import dev.fathom.train.TrainResult;
import java.util.Optional;

/**
 * The summary of a training.
 *
 * @param training result of the training
 * @param retrieval retrieval on the validation split; empty if that has fewer than two pairs
 */
public record ContrastiveSummary(TrainResult training, Optional<Retrieval> retrieval) {

  /** Mean loss of the rounds that ended in the last epoch, in nats. */
  public double trainLoss() {
    return training.trainLoss();
  }

  /** Loss on the validation split at the end, in nats; NaN without validation pairs. */
  public double validationLoss() {
    return training.validationLoss().orElse(Double.NaN);
  }

  /** The temperature τ at the end. */
  public double temperature() {
    return training.finalTemperature();
  }

  /** Number of rounds done. */
  public int rounds() {
    return training.rounds();
  }

  /**
   * recall@1 on the validation split, 0 to 1, the mean of both directions; NaN if there is none.
   */
  public double recallAt1() {
    return retrieval
        .map(found -> (found.xToY().recallAt1() + found.yToX().recallAt1()) / 2)
        .orElse(Double.NaN);
  }
}
