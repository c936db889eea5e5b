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
 * What {@link Measure} found.
 *
 * @param known the true number of shared dimensions, where the source of the pairs knows it
 * @param x dimension of the first side's embeddings
 * @param y dimension of the second side's, if there is one
 * @param shared the headline; empty where there is one side, where either could not be measured, or
 *     where nothing was found to be shared
 * @param evidence the other roads to the headline; empty where there is one side or there are too
 *     few pairs
 * @param retrieval empty where there is one side, or the two have different widths
 * @param agreement likewise
 * @param labels the dimension around the embeddings of each label, the most frequent first
 * @param pointwise how the dimension around the embeddings is spread, of each side that has one
 * @param width empty where there is no dimension to take it from
 * @param showcase what a person is shown, where that was asked for
 * @param points embeddings measured
 * @param available embeddings there were
 * @param seconds the whole stage
 * @param neighbourSeconds of it for the nearest neighbours
 */
public record MeasureResult(
    Optional<Integer> known,
    DimensionResult x,
    Optional<DimensionResult> y,
    Optional<SharedDimension> shared,
    Optional<SharedEvidence> evidence,
    Optional<Retrieval> retrieval,
    Optional<Agreement> agreement,
    Map<String, LabelDimension> labels,
    List<PointwiseDimension> pointwise,
    Optional<WidthAdvice> width,
    Optional<Showcase> showcase,
    int points,
    long available,
    double seconds,
    double neighbourSeconds) {

  /** A copy with a showcase. */
  public MeasureResult with(Showcase shown) {
    return new MeasureResult(
        known,
        x,
        y,
        shared,
        evidence,
        retrieval,
        agreement,
        labels,
        pointwise,
        width,
        Optional.of(shown),
        points,
        available,
        seconds,
        neighbourSeconds);
  }

  /** Whether the pairing was looked for and not found, by neighbours and by linear maps. */
  public boolean nothingShared() {
    return evidence
        .map(SharedEvidence::nothing)
        .orElse(retrieval.isPresent() && !retrieval.get().chance().aboveChance());
  }
}
