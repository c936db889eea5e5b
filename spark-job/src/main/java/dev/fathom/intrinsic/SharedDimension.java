// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

import java.util.Optional;

/**
 * The headline: the dimension that two towers of paired embeddings share.
 *
 * @param estimate the plateau of the smaller tower, or of what one tells of the other, corrected
 *     for the boundary
 * @param low lower end of its 90 % interval
 * @param high the interval's upper end; of a linear part that of the smaller tower, as there may be
 *     more that no linear map tells
 * @param tower the side that it was read from
 * @param linearPart whether it was read from what linear maps of that side tell of the other; else
 *     from all of that side
 */
public record SharedDimension(
    double estimate, double low, double high, Tower tower, boolean linearPart) {

  /** Dimensions are whole: a smaller difference is none. */
  private static final double HALF = 0.5;

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
    return Optional.of(
        of(
            (xIsSmaller ? measuredX : measuredY).dimension(),
            xIsSmaller ? Tower.X : Tower.Y,
            false));
  }

  /** A headline that was read from one side, or from its linear part. */
  public static SharedDimension of(DimensionEstimate dimension, Tower tower, boolean linearPart) {
    return new SharedDimension(
        dimension.estimate(), dimension.low(), dimension.high(), tower, linearPart);
  }

  /** This with another upper end of the interval. */
  public SharedDimension upTo(double otherHigh) {
    return new SharedDimension(estimate, low, otherHigh, tower, linearPart);
  }

  /** Whether the interval lies below another's and the estimate by half a dimension or more. */
  public boolean isBelow(SharedDimension other) {
    return high < other.low && estimate <= other.estimate - HALF;
  }
}
