// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.step;

import dev.fathom.collective.Collective;
import dev.fathom.collective.Collective.Rows;
import dev.fathom.contrastive.Logits;
import dev.fathom.contrastive.Similarity;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The embeddings of a batch.
 *
 * @param x embeddings of the first side, batch × dimension
 * @param y embeddings of the second side, batch × dimension
 * @param lengths sum of the lengths of the sample's outputs in each partition; first x's, then y's
 */
record Embeddings(float[] x, float[] y, float[] lengths) {

  /** The norms of both sides, by which inner products are divided. */
  record Norms(double x, double y) {
    double product() {
      return x * y;
    }

    /** Makes the logits' scale, which includes the division by the norms, and bias. */
    Logits logits(Temperature.State scalars) {
      return new Logits(
          (float) ((float) scalars.value() * product()), (float) scalars.bias().value());
    }
  }

  static Embeddings of(BatchPlan plan, int dimension) {
    int size = Math.multiplyExact(plan.batch(), dimension);
    return new Embeddings(new float[size], new float[size], new float[2 * plan.partitions()]);
  }

  /**
   * Gathers the rows of the other members of a collective.
   *
   * @param starts index in the batch of each partition's first row, and finally the end of the
   *     batch
   */
  void gather(int[] starts, int dimension, Collective collective) {
    int[] floats = IntStream.of(starts).map(start -> start * dimension).toArray();
    int partitions = starts.length - 1;
    int[] ofX = IntStream.rangeClosed(0, partitions).toArray();
    int[] ofY = IntStream.of(ofX).map(start -> start + partitions).toArray();
    collective.gather(
        List.of(
            new Rows(x, floats),
            new Rows(y, floats),
            new Rows(lengths, ofX),
            new Rows(lengths, ofY)));
  }

  /**
   * Computes the norms from the lengths.
   *
   * @param sample number of rows of the whole sample
   */
  Norms norms(Similarity similarity, int sample) {
    int half = lengths.length / 2;
    return new Norms(
        similarity.norm(sum(0, half), sample), similarity.norm(sum(half, lengths.length), sample));
  }

  private double sum(int from, int to) {
    double sum = 0;
    for (int i = from; i < to; i++) {
      sum += lengths[i];
    }
    return sum;
  }
}
