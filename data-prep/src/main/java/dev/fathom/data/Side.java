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
 * @param mean mean of the training split: per colour channel on the scale 0 to 1, per column of a
 *     vector, empty for a text
 * @param standardDeviation standard deviation of the training split, laid out like {@code mean}; 1
 *     for a constant column
 * @param vocabulary the words by token number, those for unknown words first; empty unless a text
 * @param encoding how a shard stores an image; raw for other modalities
 * @param backbone the frozen network whose features the vectors are, null if there is none
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

  /** Makes the lists immutable, so that the card cannot change. */
  public Side {
    shape = List.copyOf(shape);
    mean = List.copyOf(mean);
    standardDeviation = List.copyOf(standardDeviation);
    vocabulary = List.copyOf(vocabulary);
    encoding = encoding == null ? PictureEncoding.RAW : encoding;
  }

  /** Creates a side whose pictures are stored without compression. */
  public Side(
      Modality modality,
      List<Integer> shape,
      List<Double> mean,
      List<Double> standardDeviation,
      List<String> vocabulary) {
    this(modality, shape, mean, standardDeviation, vocabulary, PictureEncoding.RAW, null);
  }

  /** Returns a copy with another encoding of pictures. */
  public Side stored(PictureEncoding as) {
    return new Side(modality, shape, mean, standardDeviation, vocabulary, as, backbone);
  }

  /** Returns a copy that holds the features of a frozen network. */
  public Side featuresOf(Backbone network) {
    return new Side(modality, shape, mean, standardDeviation, vocabulary, encoding, network);
  }

  /** The frozen network whose features the vectors are. */
  public Optional<Backbone> frozen() {
    return Optional.ofNullable(backbone);
  }

  /**
   * The modality of the source: a frozen network reads images or texts, and turns them into
   * vectors.
   */
  public Modality read() {
    return backbone == null ? modality : backbone.of();
  }

  /**
   * Whether an encoder of this side can read the other one. How shards store pictures does not
   * matter, nor where the files of a frozen network are.
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
