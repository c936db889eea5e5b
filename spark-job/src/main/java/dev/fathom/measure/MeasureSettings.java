// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.measure;

import dev.fathom.intrinsic.IntrinsicSettings;
import dev.fathom.settings.Settings;
import java.io.Serializable;

/**
 * The {@code measure} keys of the configuration.
 *
 * @param neighbours of the maximum-likelihood estimator
 * @param maxPoints embeddings measured at most
 * @param resamples disjoint blocks that an interval is taken from
 * @param seed of every random choice
 */
public record MeasureSettings(int neighbours, int maxPoints, int resamples, long seed)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Reads and checks the keys. */
  public static MeasureSettings of(Settings settings) {
    return new MeasureSettings(
        settings.integer("measure.neighbours", 3, 1000),
        settings.integer("measure.maxPoints", 10, 1_000_000),
        settings.integer("measure.resamples", 2, 1000),
        settings.wholeNumber("training.seed"));
  }

  /** What a measurement of dimension is told. */
  public IntrinsicSettings intrinsic() {
    return new IntrinsicSettings(neighbours, resamples, seed);
  }
}
