// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.data;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.io.Serializable;
import java.util.List;

/**
 * One side of the pairs as the card describes it.
 *
 * @param modality kind of data
 * @param shape {@code [height, width, 3]} of an image, {@code [maximum tokens]} of a text, {@code
 *     [columns]} of a vector
 * @param mean from the training split: per colour channel on the scale 0 to 1, per column of a
 *     vector, empty for a text
 * @param standardDeviation beside {@code mean}; 1 where a column is constant
 * @param vocabulary the words that token numbers stand for, the first of them for unknown words;
 *     empty unless a text
 * @param encoding how a shard holds an image; raw of anything else
 */
public record Side(
    Modality modality,
    List<Integer> shape,
    List<Double> mean,
    List<Double> standardDeviation,
    List<String> vocabulary,
    PictureEncoding encoding)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Copies the lists, so that the card cannot change. */
  public Side {
    shape = List.copyOf(shape);
    mean = List.copyOf(mean);
    standardDeviation = List.copyOf(standardDeviation);
    vocabulary = List.copyOf(vocabulary);
    encoding = encoding == null ? PictureEncoding.RAW : encoding;
  }

  /** A side whose pictures are stored without compression. */
  public Side(
      Modality modality,
      List<Integer> shape,
      List<Double> mean,
      List<Double> standardDeviation,
      List<String> vocabulary) {
    this(modality, shape, mean, standardDeviation, vocabulary, PictureEncoding.RAW);
  }

  /** A copy with another encoding of pictures. */
  public Side stored(PictureEncoding as) {
    return new Side(modality, shape, mean, standardDeviation, vocabulary, as);
  }

  /** The largest number of bytes, tokens or floats in a row of this side. */
  @JsonIgnore
  public int size() {
    return shape.stream().reduce(1, Math::multiplyExact);
  }
}
