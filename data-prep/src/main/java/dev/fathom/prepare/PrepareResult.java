// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import dev.fathom.data.DatasetCard;

/**
 * The result of {@link Prepare}.
 *
 * @param card card of the dataset
 * @param added card of the pairs that were read now; the dataset's card unless they were appended
 * @param reused whether the dataset existed already, with the same input and settings
 * @param directory directory of the dataset
 * @param shards number of files of pairs
 * @param bytes size of these files in bytes
 * @param seconds time of the stage
 */
public record PrepareResult(
    DatasetCard card,
    DatasetCard added,
    boolean reused,
    String directory,
    int shards,
    long bytes,
    double seconds) {}
