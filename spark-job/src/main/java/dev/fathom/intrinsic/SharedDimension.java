// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

import java.util.Optional;

/**
 * The headline: the dimension that two towers of paired embeddings share.
 *
 * @param estimate the dimension of the smaller tower, or of the linear part
 * @param low lower end of the 90 % interval
 * @param high upper end of the interval; for a linear part that of the smaller tower, as the towers
 *     may share more than linear maps find
 * @param tower the tower that the estimate was read from
 * @param linearPart whether the estimate was read from what linear maps of that tower predict of
 *     the other; if not, from the whole tower
 */
public record SharedDimension(
    double estimate, double low, double high, Tower tower, boolean linearPart) {

  /** Smallest difference that counts, as dimensions are whole numbers. */
  private static final double HALF = 0.5;

  /** One side of the pairs. */
  public enum Tower {
    /** The first modality. */
    X,
    /** The second modality. */
    Y
  }

  /**
   * Takes the headline from both towers: the smaller of their dimensions. What they share cannot
   * have more dimensions than either, and noise of one side only adds to that side's.
   *
   * @return the headline, or empty if a tower could not be measured; the tower's result says why
   */
  public static Optional<SharedDimension> of(DimensionResult x, DimensionResult y) {
    if (!(x instanceof DimensionResult.Measured measuredX)
        || !(y instanceof DimensionResult.Measured measuredY)) {
      return Optional.empty();
    }
    boolean xIsSmaller = measuredX.dimension().estimate() <= measuredY.dimension().estimate();
    return Optional.of(
        of(
            (xIsSmaller ? measuredX : measuredY).dimension(),
            xIsSmaller ? Tower.X : Tower.Y,
            false));
  }

  /** Makes a headline from the dimension of one tower or of the linear part that it predicts. */
  public static SharedDimension of(DimensionEstimate dimension, Tower tower, boolean linearPart) {
    return new SharedDimension(
        dimension.estimate(), dimension.low(), dimension.high(), tower, linearPart);
  }

  /** Returns the same headline with another upper end of the interval. */
  public SharedDimension upTo(double otherHigh) {
    return new SharedDimension(estimate, low, otherHigh, tower, linearPart);
  }

  /**
   * Whether the whole interval lies below another's, and the estimate by half a dimension or more.
   */
  public boolean isBelow(SharedDimension other) {
    return high < other.low && estimate <= other.estimate - HALF;
  }
}
