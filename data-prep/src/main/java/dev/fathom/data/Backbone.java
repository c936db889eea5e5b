// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.data;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.Serializable;
import java.util.List;

/**
 * The frozen network whose features a side holds, with everything that determines the features.
 *
 * @param of modality that the network reads: images or texts
 * @param path path of the ONNX file, as it was given
 * @param sha256 SHA-256 digest of the ONNX file
 * @param output name of the network's output that is used
 * @param pooling how the output becomes one vector
 * @param columns width of the vector
 * @param picture how a picture becomes the network's input; null for texts
 * @param tokenizer path of the {@code tokenizer.json}; null for images
 * @param tokenizerSha256 SHA-256 digest of that file; null for images
 * @param maxTokens largest number of tokens that are read of a text, 0 for images
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Backbone(
    Modality of,
    String path,
    String sha256,
    String output,
    Pooling pooling,
    int columns,
    Picture picture,
    String tokenizer,
    String tokenizerSha256,
    int maxTokens)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** How the output of a network becomes one vector. */
  public enum Pooling {
    /** The first token, where class tokens stand. */
    @JsonProperty("cls")
    CLS,
    /** The mean over tokens, or over positions in a picture. */
    @JsonProperty("mean")
    MEAN,
    /** The output as it is. */
    @JsonProperty("none")
    NONE
  }

  /** The kernel whose weights resize a picture. */
  public enum Filter {
    /** Lanczos: a windowed sinc of three lobes. */
    @JsonProperty("lanczos")
    LANCZOS,
    /** The cubic kernel with a = −1/2. */
    @JsonProperty("bicubic")
    BICUBIC,
    /** The triangle kernel. */
    @JsonProperty("bilinear")
    BILINEAR
  }

  /**
   * How a picture becomes a network's input: a square of {@code size} pixels, each value v of 0 to
   * 255 as {@code (v / 255 − mean) / deviation} of its channel.
   *
   * @param size number of pixels on a side
   * @param crop share of the shorter side that the central square covers, 0 for the whole picture
   *     with white margins
   * @param filter kernel that resizes the picture
   * @param mean mean of red, green, blue
   * @param deviation standard deviation of red, green, blue
   * @param blueFirst whether the channels are given as blue, green, red
   */
  public record Picture(
      int size,
      double crop,
      Filter filter,
      List<Double> mean,
      List<Double> deviation,
      boolean blueFirst)
      implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Makes the lists immutable. */
    public Picture {
      mean = List.copyOf(mean);
      deviation = List.copyOf(deviation);
    }
  }

  /** Returns the same network with the width that was found. */
  public Backbone ofWidth(int width) {
    return new Backbone(
        of, path, sha256, output, pooling, width, picture, tokenizer, tokenizerSha256, maxTokens);
  }

  /** Returns the same network without the paths of its files. */
  public Backbone anywhere() {
    return new Backbone(
        of, "", sha256, output, pooling, columns, picture, null, tokenizerSha256, maxTokens);
  }
}
