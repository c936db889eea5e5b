// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.model;

import dev.fathom.contrastive.Cosine;
import dev.fathom.contrastive.PopulationNorm;
import dev.fathom.contrastive.Similarity;
import dev.fathom.data.DatasetCard;
import dev.fathom.encoder.EncoderSpec;
import dev.fathom.files.Storage;
import dev.fathom.settings.Settings;
import java.util.List;

/**
 * What is to be trained: the {@code model} keys of the configuration.
 *
 * @param similarity {@code cosine} or {@code population-norm}
 * @param populationSample pairs of the separate sample of {@code population-norm}
 * @param x the encoder of the first side
 * @param y the encoder of the second side
 */
public record ModelSettings(String similarity, int populationSample, EncoderSpec x, EncoderSpec y) {
  static final String COSINE = "cosine";

  /** Reads and checks the keys. */
  public static ModelSettings of(Settings settings) {
    int dimension = settings.integer("model.dimension", 1, 65_536);
    return new ModelSettings(
        settings.choice("model.similarity", List.of(COSINE, "population-norm")),
        settings.integer("model.populationSample", 1, 1_000_000),
        encoder(settings, "model.x", dimension),
        encoder(settings, "model.y", dimension));
  }

  private static EncoderSpec encoder(Settings settings, String side, int dimension) {
    String key = side + ".encoder";
    String kind =
        settings
            .text(key)
            .filter(EncoderSpec::isGraph)
            .orElseGet(() -> settings.choice(key, EncoderSpec.KINDS));
    return new EncoderSpec(kind, settings.sizes(side + ".hidden"), dimension);
  }

  /** The same with every choice that was left open made for the dataset. */
  public ModelSettings resolvedFor(DatasetCard card) {
    return new ModelSettings(
        similarity, populationSample, x.resolvedFor(card.x()), y.resolvedFor(card.y()));
  }

  /**
   * Both encoders of resolved settings.
   *
   * @param storage where an encoder that is a file is read
   */
  public Towers build(DatasetCard card, Storage storage) {
    return new Towers(
        x.build(card.x(), storage),
        y.build(card.y(), storage),
        similarity(similarity, populationSample));
  }

  static Similarity similarity(String name, int populationSample) {
    return name.equals(COSINE) ? new Cosine() : new PopulationNorm(populationSample);
  }
}
