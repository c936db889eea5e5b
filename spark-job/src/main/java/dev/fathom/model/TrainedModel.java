// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.model;

import dev.fathom.encoder.Column;
import dev.fathom.encoder.Encoder;
import dev.fathom.encoder.EncoderKernel;
import java.io.Serializable;
import java.util.stream.IntStream;

/**
 * Both encoders with their parameters, ready to embed.
 *
 * @param parameters the parameters of x, followed by those of y
 * @param normX the norm that x's outputs are divided by with population-norm
 * @param normY the norm that y's outputs are divided by with population-norm
 */
public record TrainedModel(Towers towers, float[] parameters, float normX, float normY)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Number of rows that are encoded at once. */
  public static final int BATCH = 256;

  /** Embeds a whole column of the first side: size × dimension, row-major. */
  public float[] embedX(Column column) {
    return embed(towers.x(), column, 0, normX);
  }

  /** Embeds a whole column of the second side: size × dimension, row-major. */
  public float[] embedY(Column column) {
    return embed(towers.y(), column, towers.yOffset(), normY);
  }

  private float[] embed(Encoder encoder, Column column, int offset, float norm) {
    float[] embeddings = outputs(encoder, column, 0, column.size(), parameters, offset);
    towers.similarity().embed(embeddings, encoder.dimension(), norm);
    return embeddings;
  }

  /**
   * Computes the outputs of an encoder for some rows of a column, before they become embeddings.
   */
  public static float[] outputs(
      Encoder encoder, Column column, int from, int count, float[] parameters, int offset) {
    int dimension = encoder.dimension();
    float[] outputs = new float[Math.multiplyExact(count, dimension)];
    float[] batchOutputs = new float[BATCH * dimension];
    EncoderKernel kernel = encoder.kernel(BATCH);
    for (int first = 0; first < count; first += BATCH) {
      int rows = Math.min(BATCH, count - first);
      kernel.forward(
          column,
          IntStream.range(from + first, from + first + rows).toArray(),
          rows,
          parameters,
          offset,
          batchOutputs);
      System.arraycopy(batchOutputs, 0, outputs, first * dimension, rows * dimension);
    }
    return outputs;
  }
}
