// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train;

import java.io.Serializable;
import java.util.List;

/**
 * A worker's part of the validation loss.
 *
 * @param temperature τ that it is taken at
 */
record ValidationLoss(ReplicaPool replicas, double temperature, Shipped<Weights> weights)
    implements WorkerTask<ValidationLoss.Part> {
  private static final long serialVersionUID = 1L;

  /**
   * The sum over some batches, of which there are none where too few pairs are to be told apart.
   */
  record Part(double sum, int batches) implements Serializable {
    private static final long serialVersionUID = 1L;

    /** The mean over all batches. */
    static double mean(List<Part> parts) {
      double sum = 0;
      int batches = 0;
      for (Part part : parts) {
        sum += part.sum;
        batches += part.batches;
      }
      return sum / batches;
    }
  }

  @Override
  public Part run(PairPartition pairs, int partition) {
    return pairs.size() < 2
        ? new Part(0, 0)
        : replicas.lend(
            replica ->
                replica.validationLoss(pairs, weights.value().parameters(), (float) temperature));
  }
}
