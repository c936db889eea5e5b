// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.fathom.data.Backbone;
import dev.fathom.data.Side;
import dev.fathom.encoder.EncoderSpec;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The description and provenance of a model: {@code model.json}.
 *
 * @param schemaVersion the version of this card, {@link #SCHEMA_VERSION}
 * @param temperature τ at the end of training
 * @param bias b at the end of training, 0 if the objective has none: the logit of a pair is its
 *     similarity divided by τ, plus b
 * @param x the first side
 * @param y the second side
 * @param nested widths of the prefixes that were trained to be embeddings of their own, ascending,
 *     the whole width the last; empty if only whole embeddings were trained
 * @param dataset fingerprint of the dataset that the model was trained on
 * @param prepared the settings that made a row of that dataset, as its card has them; empty in
 *     models of earlier builds
 * @param seed seed of every random choice
 * @param settings every key of the configuration with its value
 */
public record ModelCard(
    int schemaVersion,
    SimilarityKind similarity,
    double temperature,
    double bias,
    Tower x,
    Tower y,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Integer> nested,
    String dataset,
    String prepared,
    long seed,
    Map<String, String> settings)
    implements Serializable {

  /** The version of the card that this code writes and reads. */
  public static final int SCHEMA_VERSION = 1;

  /** Fills in the fields that cards of earlier builds do not have. */
  public ModelCard {
    prepared = prepared == null ? "" : prepared;
    nested = nested == null ? List.of() : nested;
  }

  /** The frozen networks whose features the sides hold. */
  public List<Backbone> networks() {
    return Stream.of(x, y).flatMap(tower -> tower.reads().frozen().stream()).toList();
  }

  /**
   * One side of a model.
   *
   * @param encoder the encoder, resolved
   * @param reads the side that the encoder reads, with its normalisation and vocabulary
   * @param norm mean length of the outputs, which a population-norm embedding is divided by; 1
   *     under cosine
   * @param file name of the DL4J zip beside the card
   */
  public record Tower(EncoderSpec encoder, Side reads, double norm, String file)
      implements Serializable {}
}
