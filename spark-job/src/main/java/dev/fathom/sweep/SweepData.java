// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.sweep;

import dev.fathom.measure.InMemoryMeasure;
import dev.fathom.model.SimilarityKind;
import dev.fathom.train.pairs.PairPartition;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;

/**
 * The pairs of a dataset in memory.
 *
 * @param train training pairs, in the order of the shards
 * @param validation validation pairs, in the order of the shards
 * @param measuredValidation the validation pairs that are measured, at most measure.maxPoints
 * @param test test pairs to measure, ordered by key, at most measure.maxPoints
 * @param testLabels one label per test pair, blank for a pair without one
 * @param knownDimension the true number of shared dimensions, 0 if the source does not know it
 */
record SweepData(
    PairPartition train,
    PairPartition validation,
    PairPartition measuredValidation,
    PairPartition test,
    List<String> testLabels,
    int knownDimension)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** What the source says about embeddings of these pairs. */
  InMemoryMeasure.Origin origin(SimilarityKind similarity) {
    return new InMemoryMeasure.Origin(
        Optional.of(knownDimension).filter(known -> known > 0), Optional.of(similarity));
  }
}
