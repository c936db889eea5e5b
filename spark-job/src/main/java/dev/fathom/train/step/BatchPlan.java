// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.step;

import dev.fathom.train.settings.TrainingMode;
import dev.fathom.train.settings.TrainingSettings;
import java.io.Serializable;

/**
 * How the pairs are divided into batches, steps and epochs. A batch takes pairs from each of
 * several partitions, equally many from each, give or take one, so that an epoch goes through all
 * partitions at the same pace.
 *
 * @param localTrainers number of trainers with parameters of their own, each of which takes such
 *     batches: 1 with global batches, the number of workers with averaging
 * @param partitions number of partitions that a batch takes pairs from
 * @param batch number of pairs in a batch
 * @param sample number of rows of the separate sample, which shares no row with the batch
 * @param heldOut number of pairs that are in no batch, from which the sample is drawn; if 0, it is
 *     drawn from all pairs
 * @param stepsPerEpoch number of batches in an epoch; pairs that do not fill another batch are left
 *     for the next epoch's draw
 * @param totalSteps number of steps of the whole training
 */
public record BatchPlan(
    int localTrainers,
    int partitions,
    int batch,
    int sample,
    int heldOut,
    int stepsPerEpoch,
    long totalSteps)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the plan for partitions of which the smallest holds {@code smallest} pairs, 2 or more. If
   * these are too few for batch and sample, both shrink.
   *
   * @param parts number of partitions of all pairs
   */
  public static BatchPlan of(int parts, int smallest, int sampleRows, TrainingSettings settings) {
    int localTrainers = settings.mode() == TrainingMode.GLOBAL_BATCH ? 1 : parts;
    int partitions = parts / localTrainers;
    int wanted = Math.max(2, settings.batchSize() / localTrainers);
    // Each partition holds out the same number of pairs, so that none samples more than it holds
    // out.
    int ofEach = Math.min(ceiling(settings.populationHeldOut(), parts), smallest / 2);
    int heldOut = sampleRows == 0 ? 0 : Math.multiplyExact(partitions, ofEach);
    int trained = smallest - ceiling(heldOut, partitions);
    int most =
        sampleRows == 0 || heldOut > 0
            ? trained
            : Math.max(trained - ceiling(sampleRows, partitions), trained / 2);
    int batch = (int) Math.min(wanted, (long) partitions * most);
    int sample =
        (int)
            Math.min(
                sampleRows,
                heldOut > 0 ? heldOut : (long) partitions * (trained - ceiling(batch, partitions)));
    int steps = (int) ((long) trained * partitions / batch);
    BatchPlan plan =
        new BatchPlan(
            localTrainers,
            partitions,
            batch,
            sample,
            heldOut,
            steps,
            (long) steps * settings.epochs());
    // The last partition runs out first, as it may be one pair ahead.
    return plan.first(steps, partitions - 1) <= trained
        ? plan
        : new BatchPlan(
            localTrainers,
            partitions,
            batch,
            sample,
            heldOut,
            steps - 1,
            (long) (steps - 1) * settings.epochs());
  }

  private static int ceiling(int count, int parts) {
    return (count + parts - 1) / parts;
  }

  /** Number of pairs in a step of all local trainers together. */
  public long pairs() {
    return (long) batch * localTrainers;
  }

  public long epoch(long step) {
    return step / stepsPerEpoch;
  }

  /** The index in an epoch's order of the first pair that a step takes from a partition. */
  public int first(long step, int partition) {
    return first((int) (step % stepsPerEpoch), partition);
  }

  private int first(int stepOfEpoch, int partition) {
    return (int) (((long) stepOfEpoch * batch + partition) / partitions);
  }

  /** The number of pairs that a step takes from a partition. */
  public int rows(long step, int partition) {
    int stepOfEpoch = (int) (step % stepsPerEpoch);
    return first(stepOfEpoch + 1, partition) - first(stepOfEpoch, partition);
  }

  /** The largest value of {@link #rows}. */
  int mostRows() {
    return ceiling(batch, partitions);
  }

  /** The number of rows of the separate sample from a partition. */
  public int sample(int partition) {
    return share(sample, partition);
  }

  /** The largest value of {@link #sample(int)}. */
  int mostSample() {
    return ceiling(sample, partitions);
  }

  /** The number of pairs of a partition that are in no batch. */
  int heldOut(int partition) {
    return share(heldOut, partition);
  }

  private int share(int count, int partition) {
    return (int)
        ((long) count * (partition + 1) / partitions - (long) count * partition / partitions);
  }
}
