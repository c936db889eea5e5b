// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.encoder;

import java.io.Serializable;
import java.util.random.RandomGenerator;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.nd4j.linalg.activations.Activation;

/**
 * The embeddings of tokens, an encoder's first parameters.
 *
 * @param vocabulary number of tokens
 * @param width width of an embedding
 */
record TokenTable(int vocabulary, int width) implements Serializable {
  /*
   * The table holds one column of vocabulary-size floats for each of its dimensions (DL4J's column-major order). Walking
   * it dimension by dimension keeps the one column in the first cache level, so gathers and scatters are cheap though the
   * tokens of a caption lie apart.
   *
   * The table starts near 0: what a word's random start leaves over is noise around the manifold that the captions
   * describe, and shows as intrinsic dimensions that are not there.
   */

  private static final long serialVersionUID = 1L;
  private static final double INITIAL_DEVIATION = 0.05;

  /** Number of parameters. */
  int size() {
    return Math.multiplyExact(vocabulary, width);
  }

  /** The index of the first parameter of a dimension's column. */
  int column(int offset, int dimension) {
    return offset + dimension * vocabulary;
  }

  void initialise(float[] parameters, int offset, RandomGenerator random) {
    for (int i = offset; i < offset + size(); i++) {
      parameters[i] = (float) (INITIAL_DEVIATION * random.nextGaussian());
    }
  }

  /** The twin of this layer in a DL4J graph. */
  EmbeddingSequenceLayer layer(int maximumTokens) {
    return new EmbeddingSequenceLayer.Builder()
        .nIn(vocabulary)
        .nOut(width)
        .inputLength(maximumTokens)
        .hasBias(false)
        .activation(Activation.IDENTITY)
        .build();
  }
}
