// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.model;

import dev.fathom.data.DatasetCard;
import dev.fathom.encoder.Encoder;
import dev.fathom.encoder.EncoderSpec;
import dev.fathom.error.FathomException;
import dev.fathom.files.Storage;
import dev.fathom.settings.Settings;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The {@code model} keys of the configuration.
 *
 * @param populationSample number of pairs in the separate sample of {@code population-norm}
 * @param x the encoder of the first side
 * @param y the encoder of the second side
 * @param nested widths of the prefixes that are trained to be embeddings of their own, ascending,
 *     the whole width the last; empty if only whole embeddings are trained
 * @param start earlier models that training starts from
 */
public record ModelSettings(
    SimilarityKind similarity,
    int populationSample,
    EncoderSpec x,
    EncoderSpec y,
    List<Integer> nested,
    WarmStart start) {
  private static final String NESTED = "model.nested";

  private static final String NOTHING_NESTED = "[]";

  /** One column scaled to unit length is ±1 and has no gradient. */
  private static final int SMALLEST_NESTED = 2;

  /** Creates the settings of a training that starts from random parameters. */
  public ModelSettings(
      SimilarityKind similarity, int populationSample, EncoderSpec x, EncoderSpec y) {
    this(similarity, populationSample, x, y, List.of(), WarmStart.NONE);
  }

  /** Reads and checks the keys. */
  public static ModelSettings of(Settings settings) {
    int dimension = settings.integer("model.dimension", 1, 65_536);
    SimilarityKind similarity = SimilarityKind.of(settings);
    return new ModelSettings(
        similarity,
        settings.integer("model.populationSample", 1, 1_000_000),
        EncoderSpec.of(settings, "model.x", dimension),
        EncoderSpec.of(settings, "model.y", dimension),
        nested(settings.sizes(NESTED), dimension, similarity),
        WarmStart.of(settings));
  }

  private static List<Integer> nested(
      List<Integer> given, int dimension, SimilarityKind similarity) {
    if (given.isEmpty()) {
      return given;
    }
    int before = SMALLEST_NESTED - 1;
    for (int width : given) {
      if (width <= before || width > dimension) {
        throw FathomException.usage(
            "%s = %s: widths must ascend, be %d or more, and not exceed model.dimension = %d",
            NESTED, given, SMALLEST_NESTED, dimension);
      }
      before = width;
    }
    if (!similarity.onSphere()) {
      throw FathomException.usage(
          "%s scales every prefix to unit length, which is for model.similarity = cosine alone",
          NESTED);
    }
    if (before < dimension) {
      return Stream.concat(given.stream(), Stream.of(dimension)).toList();
    }
    return given.size() > 1 ? given : List.of();
  }

  /**
   * Returns settings by which an output is found again. They have no {@link #NESTED} if nothing is
   * nested, as those of earlier builds.
   *
   * @param effective settings of {@link Settings#effective}
   */
  public static Map<String, String> identity(Map<String, String> effective) {
    Map<String, String> identity = new TreeMap<>(effective);
    identity.remove(NESTED, NOTHING_NESTED);
    return identity;
  }

  /** Replaces {@code auto} and missing values by the choices for a dataset. */
  public ModelSettings resolvedFor(DatasetCard card) {
    return new ModelSettings(
        similarity,
        populationSample,
        x.resolvedFor(card.x()),
        y.resolvedFor(card.y()),
        nested,
        start);
  }

  /**
   * Builds both encoders of resolved settings.
   *
   * @param storage storage from which an encoder's file is read
   */
  public Towers build(DatasetCard card, Storage storage) {
    Encoder encoderX = x.build(card.x(), storage);
    return new Towers(
        encoderX,
        y.build(card.y(), storage),
        similarity.similarity(populationSample),
        nested.isEmpty() ? List.of(encoderX.dimension()) : nested);
  }

  /**
   * Returns the parameters that the training of resolved settings starts from.
   *
   * @param towers the towers that these settings built
   */
  public float[] initialParameters(Towers towers, DatasetCard card, Storage storage, long seed) {
    float[] parameters = towers.initialParameters(seed);
    start.apply(storage, this, towers, new WarmStart.Sides(card.x(), card.y()), parameters);
    return parameters;
  }
}
