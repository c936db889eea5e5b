// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.testing;

import dev.fathom.contrastive.Outputs;
import dev.fathom.contrastive.Similarity;

/**
 * A similarity as a function of all rows of a batch: the embeddings over their norm. Outputs are
 * (batch + sample) × dimension.
 */
public final class WholeBatch {
  private WholeBatch() {}

  /** Receives embeddings, batch × dimension. */
  public static void forward(
      Similarity similarity, float[] output, int batch, int dimension, float[] embedding) {
    Outputs outputs = outputs(output, batch, dimension);
    double norm =
        similarity.norm(similarity.forward(outputs, embedding), output.length / dimension - batch);
    for (int i = 0; i < batch * dimension; i++) {
      embedding[i] = (float) (embedding[i] / norm);
    }
  }

  /** Receives gradients with respect to the output, from those with respect to the embeddings. */
  public static void backward(
      Similarity similarity,
      float[] output,
      int batch,
      float[] embedding,
      float[] gradient,
      float[] outputGradient) {
    int dimension = embedding.length / batch;
    Outputs outputs = outputs(output, batch, dimension);
    float[] raw = new float[batch * dimension];
    int sample = output.length / dimension - batch;
    double norm = similarity.norm(similarity.forward(outputs, raw), sample);
    float[] rawGradient = new float[batch * dimension];
    double along = 0;
    for (int i = 0; i < rawGradient.length; i++) {
      rawGradient[i] = (float) (gradient[i] / norm);
      along += (double) gradient[i] * embedding[i];
    }
    similarity.backward(outputs, raw, rawGradient, -along / norm / Math.max(sample, 1));
    System.arraycopy(outputs.gradients(), 0, outputGradient, 0, output.length);
  }

  private static Outputs outputs(float[] output, int batch, int dimension) {
    int rows = output.length / dimension;
    Outputs outputs = new Outputs(rows, dimension);
    outputs.begin(0, batch, rows - batch);
    System.arraycopy(output, 0, outputs.values(), 0, output.length);
    return outputs;
  }
}
