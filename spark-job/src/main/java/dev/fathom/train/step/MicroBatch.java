// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.step;

import dev.fathom.contrastive.Outputs;
import dev.fathom.encoder.Column;
import dev.fathom.encoder.EncoderKernel;
import dev.fathom.model.Towers;
import dev.fathom.train.pairs.PairPartition;

/**
 * The part of a batch that comes from one partition, with its forward and backward pass through
 * both encoders. An instance holds the activations of one micro-batch.
 */
final class MicroBatch {
  private final TrainerSpec spec;
  private final Towers towers;
  private final int[] rows;
  private final SideKernel x;
  private final SideKernel y;
  private int count;
  private int sample;

  /**
   * One side's encoder and its outputs.
   *
   * @param offset index of the encoder's first parameter
   */
  private record SideKernel(EncoderKernel kernel, int offset, Outputs outputs) {}

  /**
   * The gradients with respect to one side's embeddings.
   *
   * @param embedding ∂L/∂embedding of the batch
   * @param length ∂L/∂length of each row of the sample
   */
  record SideGradient(float[] embedding, double length) {}

  MicroBatch(TrainerSpec spec) {
    this.spec = spec;
    towers = spec.towers();
    int most = spec.plan().mostRows() + spec.plan().mostSample();
    rows = new int[most];
    int dimension = towers.dimension();
    x = new SideKernel(towers.x().kernel(most), 0, new Outputs(most, dimension));
    y = new SideKernel(towers.y().kernel(most), towers.yOffset(), new Outputs(most, dimension));
  }

  /** Largest number of rows. */
  int capacity() {
    return rows.length;
  }

  /**
   * Chooses the pairs of a step's batch, then the separate sample: the next pairs that are held out
   * for it, or, if none are, those that the epoch visits after the batch.
   */
  void choose(PairPartition pairs, int partition, long step) {
    BatchPlan plan = spec.plan();
    long epoch = spec.settings().redrawBatches() ? plan.epoch(step) : 0;
    int heldOut = plan.heldOut(partition);
    int[] order = pairs.order(spec.settings().seed(), epoch, heldOut);
    int first = plan.first(step, partition);
    count = plan.rows(step, partition);
    sample = plan.sample(partition);
    int ofEpoch = heldOut == 0 ? count + sample : count;
    for (int i = 0; i < ofEpoch; i++) {
      rows[i] = order[(first + i) % order.length];
    }
    for (int i = ofEpoch; i < count + sample; i++) {
      long drawn = step * sample + i - ofEpoch;
      rows[i] = order[order.length - heldOut + (int) (drawn % heldOut)];
    }
  }

  /**
   * Chooses {@code count} of the given rows of the columns, then {@code sample} rows for the
   * separate sample.
   */
  void choose(int[] chosen, int from, int count, int sample) {
    System.arraycopy(chosen, from, rows, 0, count + sample);
    this.count = count;
    this.sample = sample;
  }

  /**
   * Embeds the chosen rows.
   *
   * @param target receives the embeddings, and the sum of the sample's lengths for the partition
   * @param first index in the batch of this partition's first row
   */
  void embed(PairPartition pairs, int partition, float[] parameters, Embeddings target, int first) {
    float[] lengths = target.lengths();
    lengths[partition] = forward(x, pairs.x(), parameters, target.x(), first);
    lengths[lengths.length / 2 + partition] = forward(y, pairs.y(), parameters, target.y(), first);
  }

  private float forward(
      SideKernel tower, Column column, float[] parameters, float[] embedding, int first) {
    Outputs outputs = tower.outputs;
    outputs.begin(first, count, sample);
    tower.kernel.forward(column, rows, count + sample, parameters, tower.offset, outputs.values());
    return (float) towers.similarity().forward(outputs, embedding);
  }

  /**
   * Computes the gradients with respect to the parameters of both encoders, for the rows that were
   * embedded last.
   *
   * @param embeddings embeddings of the batch
   * @param gradients receives ∂L/∂parameters
   */
  void backward(
      Embeddings embeddings,
      SideGradient ofX,
      SideGradient ofY,
      float[] parameters,
      float[] gradients) {
    backward(x, embeddings.x(), ofX, parameters, gradients);
    backward(y, embeddings.y(), ofY, parameters, gradients);
  }

  private void backward(
      SideKernel tower,
      float[] embedding,
      SideGradient gradient,
      float[] parameters,
      float[] gradients) {
    Outputs outputs = tower.outputs;
    towers.similarity().backward(outputs, embedding, gradient.embedding, gradient.length);
    tower.kernel.backward(outputs.gradients(), parameters, tower.offset, gradients);
  }
}
