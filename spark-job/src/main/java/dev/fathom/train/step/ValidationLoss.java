// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.step;

import dev.fathom.train.pairs.PairPartition;
import dev.fathom.train.workers.BroadcastValue;
import dev.fathom.train.workers.WorkerTask;
import java.io.Serializable;
import java.util.List;

/**
 * A partition's part of the validation: loss, and retrieval within batches.
 *
 * @param temperature τ and bias of the loss
 */
public record ValidationLoss(
    TrainerPool trainers, Temperature.State temperature, BroadcastValue<Weights> weights)
    implements WorkerTask<ValidationLoss.Sums> {
  private static final long serialVersionUID = 1L;

  /**
   * Sums over some batches; all are 0 if there are too few pairs for a batch.
   *
   * @param sum sum of the losses
   * @param firsts number of x that are nearest to their own y within their batch
   * @param asked number of x in all batches
   */
  public record Sums(double sum, int batches, long firsts, long asked) implements Serializable {
    private static final long serialVersionUID = 1L;

    /** The sums over no batch. */
    static final Sums NONE = new Sums(0, 0, 0, 0);

    private Sums plus(Sums other) {
      return new Sums(
          sum + other.sum, batches + other.batches, firsts + other.firsts, asked + other.asked);
    }

    /** Adds up all parts. */
    public static Sums of(List<Sums> parts) {
      return parts.stream().reduce(NONE, Sums::plus);
    }

    /** The mean loss of a batch, in nats. */
    public double loss() {
      return sum / batches;
    }

    /** The share of x that are nearest to their own y within their batch. */
    public double recall() {
      return (double) firsts / asked;
    }
  }

  @Override
  public Sums run(PairPartition pairs) {
    return trainers.lend(
        trainer -> trainer.validationLoss(pairs, weights.value().parameters(), temperature));
  }
}
