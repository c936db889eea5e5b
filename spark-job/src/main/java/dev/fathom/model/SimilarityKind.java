// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.fathom.contrastive.Cosine;
import dev.fathom.contrastive.PopulationNorm;
import dev.fathom.contrastive.Similarity;
import dev.fathom.settings.Settings;
import java.util.Map;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.L2NormalizeVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;

/** The similarities that a model may be trained by. */
public enum SimilarityKind {
  /** {@link Cosine}. */
  @JsonProperty("cosine")
  COSINE {
    @Override
    Similarity similarity(int populationSample) {
      return new Cosine();
    }

    @Override
    GraphVertex vertex(double norm) {
      return new L2NormalizeVertex();
    }

    @Override
    public boolean onSphere() {
      return true;
    }
  },

  /** {@link PopulationNorm}. */
  @JsonProperty("population-norm")
  POPULATION_NORM {
    @Override
    Similarity similarity(int populationSample) {
      return new PopulationNorm(populationSample);
    }

    @Override
    GraphVertex vertex(double norm) {
      return new ScaleVertex(1 / norm);
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

  /** Whether {@link Settings#effective} name it. */
  public boolean isIn(Map<String, String> settings) {
    return Settings.written(this).equals(settings.get(KEY));
  }

  /**
   * The similarity.
   *
   * @param populationSample pairs of the separate sample, where it needs one
   */
  abstract Similarity similarity(int populationSample);

  /**
   * What turns outputs into embeddings in a DL4J graph.
   *
   * @param norm mean length of the outputs
   */
  abstract GraphVertex vertex(double norm);

  /** Whether all embeddings are of unit length. */
  public abstract boolean onSphere();
}
