// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.sweep;

import java.util.List;
import java.util.Optional;

/**
 * The result of a sweep.
 *
 * @param cells results of the cells, in the order of the grid
 * @param points the cells with the repeats of each setting combined
 * @param recommendation the recommended width; empty if no width was swept or there were no
 *     validation pairs
 * @param seconds time of the whole stage, without the cells of earlier, interrupted runs
 */
public record SweepResult(
    List<CellResult> cells,
    List<SweepPoint> points,
    Optional<Recommendation> recommendation,
    double seconds) {

  /** The cells that were measured. */
  public List<CellResult.Measured> measured() {
    return only(CellResult.Measured.class);
  }

  /** The cells that failed. */
  public List<CellResult.Failed> failed() {
    return only(CellResult.Failed.class);
  }

  private <T extends CellResult> List<T> only(Class<T> kind) {
    return cells.stream().filter(kind::isInstance).map(kind::cast).toList();
  }
}
