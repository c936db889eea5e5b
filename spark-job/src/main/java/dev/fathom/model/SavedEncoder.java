// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.model;

import dev.fathom.encoder.Column;
import dev.fathom.encoder.Encoder;
import java.nio.ByteBuffer;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * One encoder of a saved model.
 *
 * @param parameters the encoder's own parameters
 */
public record SavedEncoder(Encoder encoder, float[] parameters) {
  /** Embeds a whole column: size × dimension, row-major. */
  public float[] embed(Column column, ModelCard card, ModelCard.Tower tower) {
    float[] embeddings = TrainedModel.outputs(encoder, column, 0, column.size(), parameters, 0);
    card.similarity().similarity(1).embed(embeddings, encoder.dimension(), (float) tower.norm());
    return embeddings;
  }

  /**
   * The encoder's digest, which tells encoders apart: SHA-256 of the parameters, in hexadecimal
   * digits.
   */
  public String digest() {
    return digest(parameters, 0, parameters.length);
  }

  /** The digest of an encoder whose parameters are a range of an array. */
  public static String digest(float[] parameters, int from, int to) {
    ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(to - from, Float.BYTES));
    bytes.asFloatBuffer().put(parameters, from, to - from);
    return DigestUtils.sha256Hex(bytes.array());
  }
}
