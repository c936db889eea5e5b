// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.source.synthetic;

import dev.fathom.prepare.source.RawRow;
import dev.fathom.prepare.source.RawValue;
import dev.fathom.prepare.source.SourceSide;
import dev.fathom.random.RandomStream;
import java.util.random.RandomGenerator;

/**
 * The synthetic pairs of arXiv 2505.12473: two vectors of 20 standard normal columns whose first 5
 * are shared, directly or through a non-linear map.
 *
 * @param link how the first 5 columns of x follow from those of y
 * @param seed seed of every row
 */
record GaussianPairs(Link link, long seed) implements BuiltInSource.Maker {
  private static final int COLUMNS = 20;
  private static final int SHARED = 5;

  enum Link {
    /** {@code x_j = y_j}. */
    LINEAR,
    /**
     * {@code x_0 = y_0 [y_0 < 0]}, {@code x_1 = y_1 [y_0 + y_1 > 0.5]}, {@code x_j = y_j [y_j >
     * 0]}.
     */
    NONLINEAR
  }

  @Override
  public RawRow row(long index) {
    RandomGenerator random = RandomStream.of(seed, "gaussian", index);
    double[] y = normals(random);
    double[] x = normals(random);
    for (int column = 0; column < SHARED; column++) {
      x[column] = passes(column, y) ? y[column] : 0;
    }
    return new RawRow.Pair(
        RawRow.keyOf(index), index, new RawValue.Numbers(x), new RawValue.Numbers(y), "", "");
  }

  @Override
  public SourceSide x() {
    return SourceSide.vector(COLUMNS);
  }

  @Override
  public SourceSide y() {
    return SourceSide.vector(COLUMNS);
  }

  @Override
  public int knownDimension() {
    return SHARED;
  }

  private boolean passes(int column, double[] y) {
    return switch (link) {
      case LINEAR -> true;
      case NONLINEAR ->
          switch (column) {
            case 0 -> y[0] < 0;
            case 1 -> y[0] + y[1] > 0.5;
            default -> y[column] > 0;
          };
    };
  }

  private static double[] normals(RandomGenerator random) {
    double[] values = new double[COLUMNS];
    for (int column = 0; column < COLUMNS; column++) {
      values[column] = random.nextGaussian();
    }
    return values;
  }
}
