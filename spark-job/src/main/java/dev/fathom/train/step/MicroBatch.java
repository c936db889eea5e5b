// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.step;

import dev.fathom.encoder.Column;
import dev.fathom.encoder.EncoderKernel;
import dev.fathom.model.Towers;
import dev.fathom.train.pairs.PairPartition;

/**
 * The part that a partition has in a batch, on its way through both encoders and back. One instance
 * holds the activations of one micro-batch.
 */
final class MicroBatch {
  private final TrainerSpec spec;
  private final Towers towers;
  private final int[] rows;
  private final Tower x;
  private final Tower y;
  private int count;
  private int sample;

  /** Buffers of one side: encoder outputs with their gradients, and lengths. */
  private record Tower(
      EncoderKernel kernel, int offset, float[] output, float[] outputGradient, float[] norms) {
    static Tower of(EncoderKernel kernel, int offset, int rows, int dimension) {
      return new Tower(
          kernel,
          offset,
          new float[rows * dimension],
          new float[rows * dimension],
          new float[rows]);
    }
  }

  /** What embeddings are written to: both sides, batch × dimension, and the samples' lengths. */
  interface Target {
    /** Embeddings of the first side. */
    float[] x();

    /** Embeddings of the second side. */
    float[] y();

    /** The sum of the sample's lengths, for each partition; x's, then y's. */
    float[] lengths();
  }

  MicroBatch(TrainerSpec spec) {
    this.spec = spec;
    towers = spec.towers();
    int most = spec.plan().mostRows() + spec.plan().mostSample();
    rows = new int[most];
    x = Tower.of(towers.x().kernel(most), 0, most, towers.dimension());
    y = Tower.of(towers.y().kernel(most), towers.yOffset(), most, towers.dimension());
  }

  /** Rows that it has room for. */
  int capacity() {
    return rows.length;
  }

  /**
   * Embeds a partition's part of a step's batch.
   *
   * @param first where in the batch its rows begin
   */
  void embed(
      PairPartition pairs, int partition, long step, float[] parameters, Target target, int first) {
    choose(pairs, partition, step);
    embed(pairs, parameters, target, first, partition);
  }

  /** Embeds given rows of the columns, then those of a sample. */
  void embed(
      PairPartition pairs,
      int[] chosen,
      int from,
      int count,
      int sample,
      float[] parameters,
      Target target,
      int first) {
    System.arraycopy(chosen, from, rows, 0, count + sample);
    this.count = count;
    this.sample = sample;
    embed(pairs, parameters, target, first, 0);
  }

  private void embed(
      PairPartition pairs, float[] parameters, Target target, int first, int partition) {
    float[] lengths = target.lengths();
    lengths[partition] = forward(x, pairs.x(), parameters, target.x(), first);
    lengths[lengths.length / 2 + partition] = forward(y, pairs.y(), parameters, target.y(), first);
  }

  private float forward(
      Tower tower, Column column, float[] parameters, float[] embedding, int first) {
    tower.kernel.forward(column, rows, count + sample, parameters, tower.offset, tower.output);
    return (float)
        towers
            .similarity()
            .forward(
                tower.output, count, sample, towers.dimension(), embedding, first, tower.norms);
  }

  /**
   * The pairs of a batch, then the separate sample: of the pairs held out for it the next, or else
   * those that the epoch visits next.
   */
  private void choose(PairPartition pairs, int partition, long step) {
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
   * Gradients with respect to the parameters of both encoders, by the rows that were embedded last.
   *
   * @param gradientX ∂L/∂x of the batch
   * @param lengthX ∂L/∂length of each row of x's sample
   * @param gradients receives ∂L/∂parameters
   */
  void backward(
      Target target,
      int first,
      float[] gradientX,
      double lengthX,
      float[] gradientY,
      double lengthY,
      float[] parameters,
      float[] gradients) {
    backward(x, target.x(), first, gradientX, lengthX, parameters, gradients);
    backward(y, target.y(), first, gradientY, lengthY, parameters, gradients);
  }

  private void backward(
      Tower tower,
      float[] embedding,
      int first,
      float[] gradient,
      double lengthGradient,
      float[] parameters,
      float[] gradients) {
    towers
        .similarity()
        .backward(
            tower.output,
            count,
            sample,
            towers.dimension(),
            embedding,
            first,
            tower.norms,
            gradient,
            lengthGradient,
            tower.outputGradient);
    tower.kernel.backward(tower.outputGradient, parameters, tower.offset, gradients);
  }
}
