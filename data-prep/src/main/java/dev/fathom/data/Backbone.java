// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.data;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.Serializable;
import java.util.List;

/**
 * The frozen network whose features a side holds, with all that decides them.
 *
 * @param of what the network reads: images or texts
 * @param path of the ONNX file, as it was given
 * @param sha256 of the ONNX file
 * @param output of the network that is taken
 * @param pooling how it becomes one vector
 * @param columns width of the vector
 * @param picture how a picture becomes the network's input; null of texts
 * @param tokenizer path of the {@code tokenizer.json}; null of images
 * @param tokenizerSha256 of that file; null of images
 * @param maxTokens tokens of a text that are read at most, 0 of images
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
    /** The first token: class tokens stand there. */
    @JsonProperty("cls")
    CLS,
    /** The mean over tokens, or over places of a picture. */
    @JsonProperty("mean")
    MEAN,
    /** The output as it is. */
    @JsonProperty("none")
    NONE
  }

  /** By what weights a picture is resized. */
  public enum Filter {
    /** Windowed sinc of three lobes. */
    @JsonProperty("lanczos")
    LANCZOS,
    /** Cubic with a = −1/2. */
    @JsonProperty("bicubic")
    BICUBIC,
    /** Triangle. */
    @JsonProperty("bilinear")
    BILINEAR
  }

  /**
   * How a picture becomes a network's input: a square of {@code size} pixels, each value v of 0 to
   * 255 as {@code (v / 255 − mean) / deviation} of its channel.
   *
   * @param size pixels of a side
   * @param crop share of the shorter side that the square in the middle takes, 0 for the whole
   *     picture with white margins
   * @param filter that it is resized by
   * @param mean of red, green, blue
   * @param deviation of red, green, blue
   * @param blueFirst whether channels go in as blue, green, red
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

    /** Copies the lists. */
    public Picture {
      mean = List.copyOf(mean);
      deviation = List.copyOf(deviation);
    }
  }

  /** The same with the width that was found. */
  public Backbone ofWidth(int width) {
    return new Backbone(
        of, path, sha256, output, pooling, width, picture, tokenizer, tokenizerSha256, maxTokens);
  }

  /** The same without the places of its files. */
  public Backbone anywhere() {
    return new Backbone(
        of, "", sha256, output, pooling, columns, picture, null, tokenizerSha256, maxTokens);
  }
}
