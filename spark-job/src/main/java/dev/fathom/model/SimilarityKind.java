// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.fathom.contrastive.Cosine;
import dev.fathom.contrastive.PopulationNorm;
import dev.fathom.contrastive.Similarity;
import dev.fathom.settings.Settings;
import java.util.Map;

/** The similarities that a model can be trained with. */
public enum SimilarityKind {
  /** The similarity {@link Cosine}. */
  @JsonProperty("cosine")
  COSINE {
    @Override
    Similarity similarity(int populationSample) {
      return new Cosine();
    }

    @Override
    public boolean onSphere() {
      return true;
    }
  },

  /** The similarity {@link PopulationNorm}. */
  @JsonProperty("population-norm")
  POPULATION_NORM {
    @Override
    Similarity similarity(int populationSample) {
      return new PopulationNorm(populationSample);
    }

    @Override
    public boolean onSphere() {
      return false;
    }
  };

  private static final String KEY = "model.similarity";

  static SimilarityKind of(Settings settings) {
    return settings.choice(KEY, SimilarityKind.class);
  }

  /** Whether the {@link Settings#effective} settings choose this similarity. */
  public boolean isIn(Map<String, String> settings) {
    return Settings.written(this).equals(settings.get(KEY));
  }

  /**
   * Creates the similarity.
   *
   * @param populationSample number of pairs in the separate sample, if the similarity needs one
   */
  abstract Similarity similarity(int populationSample);

  /** Whether all embeddings are of unit length. */
  public abstract boolean onSphere();
}
