// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.model;

import dev.fathom.data.DatasetCard;
import dev.fathom.encoder.EncoderSpec;
import dev.fathom.files.Storage;
import dev.fathom.settings.Settings;

/**
 * The {@code model} keys of the configuration.
 *
 * @param populationSample number of pairs in the separate sample of {@code population-norm}
 * @param x the encoder of the first side
 * @param y the encoder of the second side
 * @param start earlier models that training starts from
 */
public record ModelSettings(
    SimilarityKind similarity,
    int populationSample,
    EncoderSpec x,
    EncoderSpec y,
    WarmStart start) {
  /** Creates the settings of a training that starts from random parameters. */
  public ModelSettings(
      SimilarityKind similarity, int populationSample, EncoderSpec x, EncoderSpec y) {
    this(similarity, populationSample, x, y, WarmStart.NONE);
  }

  /** Reads and checks the keys. */
  public static ModelSettings of(Settings settings) {
    int dimension = settings.integer("model.dimension", 1, 65_536);
    return new ModelSettings(
        SimilarityKind.of(settings),
        settings.integer("model.populationSample", 1, 1_000_000),
        EncoderSpec.of(settings, "model.x", dimension),
        EncoderSpec.of(settings, "model.y", dimension),
        WarmStart.of(settings));
  }

  /** Replaces {@code auto} and missing values by the choices for a dataset. */
  public ModelSettings resolvedFor(DatasetCard card) {
    return new ModelSettings(
        similarity, populationSample, x.resolvedFor(card.x()), y.resolvedFor(card.y()), start);
  }

  /**
   * Builds both encoders of resolved settings.
   *
   * @param storage storage from which an encoder's file is read
   */
  public Towers build(DatasetCard card, Storage storage) {
    return new Towers(
        x.build(card.x(), storage),
        y.build(card.y(), storage),
        similarity.similarity(populationSample));
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
