// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.testing;

import dev.fathom.contrastive.Similarity;

/** A similarity as a function of all rows of a batch: the embeddings over their norm. */
public final class WholeBatch {
  private WholeBatch() {}

  /** Receives embeddings, batch × dimension; norms of rows, batch + sample. */
  public static void forward(
      Similarity similarity,
      float[] output,
      int batch,
      int sample,
      int dimension,
      float[] embedding,
      float[] norms) {
    double norm =
        similarity.norm(
            similarity.forward(output, batch, sample, dimension, embedding, 0, norms), sample);
    for (int i = 0; i < batch * dimension; i++) {
      embedding[i] = (float) (embedding[i] / norm);
    }
  }

  /** Receives gradients with respect to the output, from those with respect to the embeddings. */
  public static void backward(
      Similarity similarity,
      float[] output,
      int batch,
      int sample,
      int dimension,
      float[] embedding,
      float[] gradient,
      float[] outputGradient) {
    float[] raw = new float[batch * dimension];
    float[] norms = new float[batch + sample];
    double norm =
        similarity.norm(
            similarity.forward(output, batch, sample, dimension, raw, 0, norms), sample);
    float[] rawGradient = new float[batch * dimension];
    double along = 0;
    for (int i = 0; i < rawGradient.length; i++) {
      rawGradient[i] = (float) (gradient[i] / norm);
      along += (double) gradient[i] * embedding[i];
    }
    similarity.backward(
        output,
        batch,
        sample,
        dimension,
        raw,
        0,
        norms,
        rawGradient,
        -along / norm / Math.max(sample, 1),
        outputGradient);
  }
}
