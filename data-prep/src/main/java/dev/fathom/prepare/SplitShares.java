// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import dev.fathom.data.Split;
import dev.fathom.error.FathomException;
import dev.fathom.random.RandomStream;
import dev.fathom.settings.Settings;
import java.io.Serializable;

/** The shares of the pairs that each split gets; they add up to 1. */
public record SplitShares(double train, double validation, double test) implements Serializable {
  private static final double TOLERANCE = 1e-9;

  /** Checks that the shares add up to 1. */
  public SplitShares {
    if (Math.abs(train + validation + test - 1) > TOLERANCE) {
      throw FathomException.usage(
          "split.train = %s, split.validation = %s and split.test = %s do not add up to 1",
          train, validation, test);
    }
  }

  /** Reads {@code split.*}. */
  static SplitShares of(Settings settings) {
    return new SplitShares(
        settings.number("split.train", 0, 1),
        settings.number("split.validation", 0, 1),
        settings.number("split.test", 0, 1));
  }

  /** The position of a name in [0, 1). It does not change when other rows are added or removed. */
  double place(long seed, String name) {
    return RandomStream.uniform(seed, "split", name);
  }

  /** The split for a position. */
  Split of(double place) {
    if (place < train) {
      return Split.TRAIN;
    }
    return place < train + validation || test == 0 ? Split.VALIDATION : Split.TEST;
  }
}
