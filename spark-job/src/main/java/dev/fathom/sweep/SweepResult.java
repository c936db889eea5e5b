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
    double seconds) {

  /** The cells that gave figures. */
  public List<CellResult.Measured> measured() {
    return only(CellResult.Measured.class);
  }

  /** Those that failed. */
  public List<CellResult.Failed> failed() {
    return only(CellResult.Failed.class);
  }

  private <T extends CellResult> List<T> only(Class<T> kind) {
    return cells.stream().filter(kind::isInstance).map(kind::cast).toList();
  }
}
