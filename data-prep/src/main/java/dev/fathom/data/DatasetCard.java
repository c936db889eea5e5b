// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.data;

import java.util.Map;

/**
 * What a dataset is: {@code dataset.json}.
 *
 * @param schemaVersion the version of this contract, {@link #SCHEMA_VERSION}
 * @param source where the pairs came from: the path, or the name of a built-in source
 * @param fingerprint of the input and the settings that made the dataset
 * @param seed what every random choice was drawn from
 * @param knownDimension the true number of shared dimensions, null unless the source knows it
 * @param shuffledPairs whether the pairing was destroyed on purpose, as a control
 * @param x the first side
 * @param y the second side
 * @param counts how many rows were read and where they went
 * @param rejects how many rows were rejected, by reason
 */
public record DatasetCard(
    int schemaVersion,
    String source,
    String fingerprint,
    long seed,
    Integer knownDimension,
    boolean shuffledPairs,
    Side x,
    Side y,
    Counts counts,
    Map<String, Long> rejects) {

  /** The version that this code writes and reads. */
  public static final int SCHEMA_VERSION = 1;

  /** Rows read, and where they went: {@code read = rejected + train + validation + test}. */
  public record Counts(long read, long rejected, long train, long validation, long test) {}
}
