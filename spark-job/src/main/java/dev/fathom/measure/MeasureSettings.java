// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.measure;

import dev.fathom.error.FathomException;
import dev.fathom.intrinsic.Estimator;
import dev.fathom.intrinsic.IntrinsicSettings;
import dev.fathom.settings.Settings;
import java.io.Serializable;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The {@code measure} keys of the configuration.
 *
 * @param neighbours k of the maximum-likelihood estimator
 * @param maxPoints largest number of embeddings that are measured
 * @param resamples number of disjoint blocks that an interval is taken from
 * @param more estimators besides the cheap ones
 * @param seed seed of every random choice
 */
public record MeasureSettings(
    int neighbours, int maxPoints, int resamples, Set<Estimator> more, long seed)
    implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final String ALL = "all";

  /** Reads and checks the keys. */
  public static MeasureSettings of(Settings settings) {
    return new MeasureSettings(
        settings.integer("measure.neighbours", 3, 1000),
        settings.integer("measure.maxPoints", 10, 10_000_000),
        settings.integer("measure.resamples", 2, 1000),
        estimators(settings.texts("measure.estimators")),
        settings.wholeNumber("training.seed"));
  }

  private static Set<Estimator> estimators(List<String> names) {
    Set<Estimator> chosen = EnumSet.noneOf(Estimator.class);
    for (String name : names) {
      if (name.equals(ALL)) {
        return EnumSet.allOf(Estimator.class);
      }
      chosen.add(
          Estimator.of(name)
              .orElseThrow(
                  () ->
                      FathomException.usage(
                          "measure.estimators holds %s; there are %s and all",
                          name,
                          Arrays.stream(Estimator.values())
                              .map(Estimator::key)
                              .collect(Collectors.joining(", ")))));
    }
    return chosen;
  }

  /** The same settings with the cheap estimators alone. */
  MeasureSettings cheap() {
    return new MeasureSettings(neighbours, maxPoints, resamples, Set.of(), seed);
  }

  /** The settings of the intrinsic dimension. */
  public IntrinsicSettings intrinsic() {
    return new IntrinsicSettings(neighbours, resamples, seed, more);
  }
}
