// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

import java.util.Optional;

/**
 * The headline: the dimension that two towers of paired embeddings share.
 *
 * @param estimate the smaller tower's plateau, corrected for the boundary
 * @param low its interval's lower end, at the 90 % level at each scale of the plateau
 * @param high the interval's upper end
 * @param tower the side that it was read from
 */
public record SharedDimension(double estimate, double low, double high, Tower tower) {

  /** One side of the pairs. */
  public enum Tower {
    /** The first modality. */
    X,
    /** The second modality. */
    Y
  }

  /**
   * Takes the headline from both towers. It is the smaller of the two: what they share cannot have
   * more dimensions than either, and noise of one side only adds to that side's.
   *
   * @return the headline, or empty if a tower could not be measured; its result says why
   */
  public static Optional<SharedDimension> of(DimensionResult x, DimensionResult y) {
    if (!(x instanceof DimensionResult.Measured measuredX)
        || !(y instanceof DimensionResult.Measured measuredY)) {
      return Optional.empty();
    }
    boolean xIsSmaller = measuredX.dimension().estimate() <= measuredY.dimension().estimate();
    DimensionEstimate smaller = (xIsSmaller ? measuredX : measuredY).dimension();
    return Optional.of(
        new SharedDimension(
            smaller.estimate(), smaller.low(), smaller.high(), xIsSmaller ? Tower.X : Tower.Y));
  }
}
