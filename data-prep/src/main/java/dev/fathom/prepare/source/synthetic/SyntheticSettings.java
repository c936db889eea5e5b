// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.source.synthetic;

import dev.fathom.settings.Settings;

/**
 * The settings of the built-in sources.
 *
 * @param pairs number of pairs
 * @param sceneFactors number of factors that picture and caption of a scene share
 * @param seed seed of every row
 */
public record SyntheticSettings(int pairs, int sceneFactors, long seed) {

  /** Reads {@code input.pairs}, {@code scenes.*} and the seed. */
  public static SyntheticSettings of(Settings settings) {
    return new SyntheticSettings(
        settings.integer("input.pairs", 1, Integer.MAX_VALUE),
        settings.integer("scenes.factors", 2, Factor.values().length),
        settings.wholeNumber("training.seed"));
  }
}
