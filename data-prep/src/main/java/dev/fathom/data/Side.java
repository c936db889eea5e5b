// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.data;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;

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
 * @param backbone the frozen network whose features the vectors are, null where they are none
 */
public record Side(
    Modality modality,
    List<Integer> shape,
    List<Double> mean,
    List<Double> standardDeviation,
    List<String> vocabulary,
    PictureEncoding encoding,
    @JsonInclude(JsonInclude.Include.NON_NULL) Backbone backbone)
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
    this(modality, shape, mean, standardDeviation, vocabulary, PictureEncoding.RAW, null);
  }

  /** A copy with another encoding of pictures. */
  public Side stored(PictureEncoding as) {
    return new Side(modality, shape, mean, standardDeviation, vocabulary, as, backbone);
  }

  /** The same, as the features of a frozen network. */
  public Side featuresOf(Backbone network) {
    return new Side(modality, shape, mean, standardDeviation, vocabulary, encoding, network);
  }

  /** The frozen network whose features the vectors are. */
  public Optional<Backbone> frozen() {
    return Optional.ofNullable(backbone);
  }

  /** What its source holds: a frozen network reads images or texts, and makes vectors of them. */
  public Modality read() {
    return backbone == null ? modality : backbone.of();
  }

  /**
   * Whether an encoder of this side reads the other one: how shards hold pictures does not matter,
   * nor where the files of a frozen network are.
   */
  public boolean isReadAs(Side other) {
    return plain().equals(other.plain());
  }

  private Side plain() {
    Side raw = stored(PictureEncoding.RAW);
    return backbone == null ? raw : raw.featuresOf(backbone.anywhere());
  }

  /** The largest number of bytes, tokens or floats in a row of this side. */
  @JsonIgnore
  public int size() {
    return shape.stream().reduce(1, Math::multiplyExact);
  }
}
