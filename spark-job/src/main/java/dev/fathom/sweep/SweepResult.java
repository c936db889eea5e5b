// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.sweep;

import java.util.List;
import java.util.Optional;

/**
 * What a sweep found.
 *
 * @param cells in the order of the grid
 * @param points the same, the repeats of each setting taken together
 * @param recommendation empty where no width was swept or there were no validation pairs
 * @param seconds the whole stage, without what was there before
 */
public record SweepResult(
    List<CellResult> cells,
    List<SweepPoint> points,
    Optional<Recommendation> recommendation,
    double seconds) {}
