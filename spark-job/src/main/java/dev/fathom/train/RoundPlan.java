// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train;

import java.io.Serializable;

/**
 * How steps, epochs and rounds lie on each other. Every worker does the same number of equal
 * batches an epoch, so that a plain mean of their parameters weighs every pair alike.
 *
 * @param workers how many there are
 * @param batch pairs in a worker's batch
 * @param sample rows of the separate sample beside a batch, which the batch has no part in
 * @param heldOut pairs of a worker that are in no batch, and that the sample is drawn from; 0: it
 *     is drawn from all
 * @param stepsPerEpoch batches a worker does an epoch; what does not fill one more is left for the
 *     next epoch's draw
 * @param totalSteps local steps of the whole training
 */
record RoundPlan(
    int workers, int batch, int sample, int heldOut, int stepsPerEpoch, long totalSteps)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /**
   * The plan for workers of which the smallest holds {@code smallest} pairs, 2 or more. Where they
   * do not suffice for batch and sample, both shrink.
   */
  static RoundPlan of(int workers, int smallest, int sampleRows, TrainingSettings settings) {
    int heldOut = sampleRows == 0 ? 0 : Math.min(settings.populationHeldOut(), smallest / 2);
    int trained = smallest - heldOut;
    int most =
        sampleRows == 0 || heldOut > 0 ? trained : Math.max(trained - sampleRows, trained / 2);
    int batch = Math.min(settings.batchSize(), most);
    int sample = Math.min(sampleRows, heldOut > 0 ? heldOut : trained - batch);
    int stepsPerEpoch = trained / batch;
    return new RoundPlan(
        workers, batch, sample, heldOut, stepsPerEpoch, (long) stepsPerEpoch * settings.epochs());
  }

  long epoch(long step) {
    return step / stepsPerEpoch;
  }

  int firstRow(long step) {
    return (int) (step % stepsPerEpoch) * batch;
  }
}
