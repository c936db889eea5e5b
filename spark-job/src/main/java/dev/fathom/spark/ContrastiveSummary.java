// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.spark;

import dev.fathom.evaluate.Retrieval;
import dev.fathom.train.TrainResult;
import java.util.Optional;

/**
 * How a training went.
 *
 * @param training how it ended
 * @param retrieval on the validation split; empty where that holds fewer than two pairs
 */
public record ContrastiveSummary(TrainResult training, Optional<Retrieval> retrieval) {

  /** Mean loss of the rounds that ended in the last epoch, in nats. */
  public double trainLoss() {
    return training.trainLoss();
  }

  /** Loss on the validation split at the end, NaN where there is none. */
  public double validationLoss() {
    return training.validationLoss().orElse(Double.NaN);
  }

  /** τ at the end. */
  public double temperature() {
    return training.finalTemperature();
  }

  /** Number of rounds. */
  public int rounds() {
    return training.rounds();
  }

  /** recall@1 on the validation split, the mean of both directions, NaN where there is none. */
  public double recallAt1() {
    return retrieval
        .map(found -> (found.xToY().recallAt1() + found.yToX().recallAt1()) / 2)
        .orElse(Double.NaN);
  }
}
