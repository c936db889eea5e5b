// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.measure;

import dev.fathom.evaluate.Agreement;
import dev.fathom.evaluate.Retrieval;
import dev.fathom.intrinsic.DimensionResult;
import dev.fathom.intrinsic.SharedDimension;
import java.util.Optional;

/**
 * What {@link Measure} found.
 *
 * @param known the true number of shared dimensions, where the source of the pairs knows it
 * @param x dimension of the first side's embeddings
 * @param y dimension of the second side's
 * @param shared the headline; empty where either side could not be measured, or where retrieval is
 *     at chance, so that nothing was found to be shared
 * @param points embeddings measured
 * @param available embeddings there were
 * @param seconds the whole stage
 * @param neighbourSeconds of it for the nearest neighbours
 */
public record MeasureResult(
    Optional<Integer> known,
    DimensionResult x,
    DimensionResult y,
    Optional<SharedDimension> shared,
    Retrieval retrieval,
    Agreement agreement,
    int points,
    long available,
    double seconds,
    double neighbourSeconds) {}
