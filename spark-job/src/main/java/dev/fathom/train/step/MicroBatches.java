// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.step;

import dev.fathom.collective.Collective;
import dev.fathom.collective.Reduction;
import dev.fathom.collective.Runs;
import dev.fathom.train.pairs.PairPartition;
import dev.fathom.train.step.Embeddings.Norms;
import dev.fathom.train.step.MicroBatch.SideGradient;
import java.util.ArrayList;
import java.util.List;

/** A member's part of a batch, with its forward and backward pass through both encoders. */
final class MicroBatches {
  /**
   * Up to this many rows keep their activations for the backward pass. With more rows, the backward
   * pass computes the activations again.
   */
  private static final int KEPT_ROWS = 2048;

  private final TrainerSpec spec;
  private final BatchPlan plan;
  private final List<MicroBatch> microBatches = new ArrayList<>();
  private final Runs gradients;

  /**
   * A step with the layout of its batch.
   *
   * @param starts index in the batch of each partition's first row, and finally the end of the
   *     batch
   */
  record Step(long number, int[] starts) {
    static Step of(long number, BatchPlan plan) {
      int[] starts = new int[plan.partitions() + 1];
      for (int p = 0; p < plan.partitions(); p++) {
        starts[p + 1] = starts[p] + plan.rows(number, p);
      }
      return new Step(number, starts);
    }

    int rows(int partition) {
      return starts[partition + 1] - starts[partition];
    }
  }

  MicroBatches(TrainerSpec spec) {
    this.spec = spec;
    plan = spec.plan();
    gradients = new Runs(Reduction.SUM, spec.towers().parameterCount());
  }

  /** Returns a micro-batch for other use; its former content is lost. */
  MicroBatch any() {
    return microBatch(0, 1);
  }

  /**
   * Embeds the member's own rows of a step's batch and gathers the rows of the other members.
   *
   * @param pairs the member's own partitions
   */
  Norms embed(
      List<PairPartition> pairs,
      Step step,
      float[] parameters,
      Embeddings batch,
      Collective collective) {
    int from = collective.from();
    for (int k = 0; k < pairs.size(); k++) {
      embed(pairs.get(k), from + k, step, parameters, batch, microBatch(k, pairs.size()));
    }
    batch.gather(step.starts, spec.towers().dimension(), collective);
    return batch.norms(spec.towers().similarity(), plan.sample());
  }

  private static void embed(
      PairPartition pairs,
      int partition,
      Step step,
      float[] parameters,
      Embeddings batch,
      MicroBatch microBatch) {
    microBatch.choose(pairs, partition, step.number);
    microBatch.embed(pairs, partition, parameters, batch, step.starts[partition]);
  }

  /**
   * Computes ∂L/∂parameters of the whole batch, for the rows that were embedded last.
   *
   * @return the sum over all members, not to be written to
   */
  float[] backward(
      List<PairPartition> pairs,
      Step step,
      float[] parameters,
      Embeddings batch,
      SideGradient ofX,
      SideGradient ofY,
      Collective collective) {
    int from = collective.from();
    int own = pairs.size();
    gradients.clear();
    for (int k = 0; k < own; k++) {
      MicroBatch microBatch = microBatch(k, own);
      if (!keepsActivations(own)) {
        embed(pairs.get(k), from + k, step, parameters, batch, microBatch);
      }
      float[] gradient = gradients.next();
      microBatch.backward(batch, ofX, ofY, parameters, gradient);
      gradients.add(from + k, gradient);
    }
    return collective.reduce(gradients);
  }

  private boolean keepsActivations(int own) {
    return own == 1
        || ((long) own * plan.mostRows() <= KEPT_ROWS
            && !spec.towers().x().kernelHoldsParameters()
            && !spec.towers().y().kernelHoldsParameters());
  }

  private MicroBatch microBatch(int k, int own) {
    int index = keepsActivations(own) ? k : 0;
    while (microBatches.size() <= index) {
      microBatches.add(new MicroBatch(spec));
    }
    return microBatches.get(index);
  }
}
