// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.model;

import dev.fathom.contrastive.Similarity;
import dev.fathom.encoder.Encoder;
import dev.fathom.random.RandomStream;
import java.io.Serializable;
import java.util.List;

/**
 * The model in training: two encoders of the same width, and the similarity of their outputs. The
 * flat parameters are those of x, followed by those of y.
 *
 * @param widths widths of the prefixes of the embeddings that the loss is taken over, ascending;
 *     the last is the width of the embeddings
 */
public record Towers(Encoder x, Encoder y, Similarity similarity, List<Integer> widths)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Creates towers whose loss is taken over the whole embeddings. */
  public Towers(Encoder x, Encoder y, Similarity similarity) {
    this(x, y, similarity, List.of(x.dimension()));
  }

  /** Width of both embeddings. */
  public int dimension() {
    return x.dimension();
  }

  /** Number of parameters of both encoders. */
  public int parameterCount() {
    return Math.addExact(x.parameterCount(), y.parameterCount());
  }

  /** The index of y's first parameter. */
  public int yOffset() {
    return x.parameterCount();
  }

  /** Draws the initial parameters. */
  public float[] initialParameters(long seed) {
    float[] parameters = new float[parameterCount()];
    x.initialise(parameters, 0, RandomStream.of(seed, "initialise x"));
    y.initialise(parameters, yOffset(), RandomStream.of(seed, "initialise y"));
    return parameters;
  }
}
