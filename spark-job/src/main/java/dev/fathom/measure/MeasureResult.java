// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.measure;

import dev.fathom.evaluate.Agreement;
import dev.fathom.evaluate.Retrieval;
import dev.fathom.intrinsic.DimensionResult;
import dev.fathom.intrinsic.SharedDimension;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The result of {@link Measure}.
 *
 * @param known the true number of shared dimensions, if the source of the pairs knows it
 * @param x dimension of the first side's embeddings
 * @param y dimension of the second side's embeddings, if there is a second side
 * @param shared the headline; empty if there is one side, if a side could not be measured, or if
 *     nothing shared was found
 * @param evidence the other evidence for the headline; empty if there is one side or too few pairs
 * @param retrieval empty if there is one side, or the two have different widths
 * @param agreement empty if there is one side, or the two have different widths
 * @param nested the widths that the embeddings were trained for, ascending; empty if only whole
 *     embeddings were trained
 * @param features what the features of frozen networks find without the encoders; empty unless both
 *     sides of a known dataset are features
 * @param labels the dimension around the embeddings of each label, the most frequent first
 * @param pointwise spread of the dimension around the embeddings, for each side that has one
 * @param width advice on the width; empty if there is no dimension to take it from
 * @param showcase examples for a person to look at, if they were asked for
 * @param points number of embeddings measured
 * @param available number of embeddings that were available
 * @param seconds time of the whole stage
 * @param neighbourSeconds time of the search for nearest neighbours
 */
public record MeasureResult(
    Optional<Integer> known,
    DimensionResult x,
    Optional<DimensionResult> y,
    Optional<SharedDimension> shared,
    Optional<SharedEvidence> evidence,
    Optional<Retrieval> retrieval,
    Optional<Agreement> agreement,
    List<NestedWidth> nested,
    Optional<FeatureRetrieval> features,
    Map<String, LabelDimension> labels,
    List<PointwiseDimension> pointwise,
    Optional<WidthAdvice> width,
    Optional<Showcase> showcase,
    int points,
    long available,
    double seconds,
    double neighbourSeconds) {

  /** Returns a copy with what the dataset adds. */
  public MeasureResult with(Optional<FeatureRetrieval> alone, Showcase shown) {
    return new MeasureResult(
        known,
        x,
        y,
        shared,
        evidence,
        retrieval,
        agreement,
        nested,
        alone,
        labels,
        pointwise,
        width,
        Optional.of(shown),
        points,
        available,
        seconds,
        neighbourSeconds);
  }

  /** Whether neither neighbours nor linear maps found the pairing. */
  public boolean nothingShared() {
    return evidence
        .map(SharedEvidence::nothing)
        .orElse(retrieval.isPresent() && !retrieval.get().chance().aboveChance());
  }
}
