// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import dev.fathom.data.PictureEncoding;
import dev.fathom.data.Side;
import dev.fathom.prepare.text.Vocabulary;
import java.io.Serializable;

/** Encodes values of one side in the form of the shards, by the card's description of the side. */
final class SideEncoder implements Serializable {
  private static final long serialVersionUID = 1L;

  private final double[] mean;
  private final double[] standardDeviation;
  private final Vocabulary vocabulary;
  private final PictureEncoding encoding;

  SideEncoder(Side side) {
    mean = side.mean().stream().mapToDouble(Double::doubleValue).toArray();
    standardDeviation =
        side.standardDeviation().stream().mapToDouble(Double::doubleValue).toArray();
    vocabulary = Vocabulary.read(side.vocabulary());
    encoding = side.encoding();
  }

  /** Encodes a value: bytes of a picture, numbers of words, or a standardised vector. */
  Object encode(DecodedValue value) {
    if (value instanceof DecodedValue.Pixels pixels) {
      return encoding.encode(pixels.rgb(), pixels.height(), pixels.width());
    }
    if (value instanceof DecodedValue.Text text) {
      return vocabulary.numbers(text.words());
    }
    if (value instanceof DecodedValue.Features features) {
      return standardised(features.numbers());
    }
    return standardised(((DecodedValue.Vector) value).values());
  }

  private float[] standardised(double[] values) {
    float[] standardised = new float[values.length];
    for (int column = 0; column < values.length; column++) {
      standardised[column] = (float) ((values[column] - mean[column]) / standardDeviation[column]);
    }
    return standardised;
  }
}
