// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train;

import java.io.Serializable;

/**
 * How steps, epochs and rounds lie on each other. Every worker does the same number of equal
 * batches an epoch, so that a plain mean of their parameters weighs every pair alike.
 *
 * @param batch pairs in a worker's batch
 * @param stepsPerEpoch batches a worker does an epoch; what does not fill one more is left for the
 *     next epoch's draw
 * @param totalSteps local steps of the whole training
 */
record RoundPlan(int batch, int stepsPerEpoch, long totalSteps) implements Serializable {
  private static final long serialVersionUID = 1L;

  /** The plan for workers of which the smallest holds {@code smallest} pairs. */
  static RoundPlan of(int smallest, TrainingSettings settings) {
    int batch = Math.min(settings.batchSize(), smallest);
    int stepsPerEpoch = smallest / batch;
    return new RoundPlan(batch, stepsPerEpoch, (long) stepsPerEpoch * settings.epochs());
  }

  long epoch(long step) {
    return step / stepsPerEpoch;
  }

  int firstRow(long step) {
    return (int) (step % stepsPerEpoch) * batch;
  }
}
