// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import dev.fathom.data.DatasetCard;

/**
 * What {@link Prepare} made.
 *
 * @param card of the dataset
 * @param added card of what was read now, which is the dataset's unless it was appended to
 * @param reused whether it was there already, made of the same by the same settings
 * @param directory where the dataset is
 * @param shards files of pairs in it
 * @param bytes that these take
 * @param seconds that it took
 */
public record PrepareResult(
    DatasetCard card,
    DatasetCard added,
    boolean reused,
    String directory,
    int shards,
    long bytes,
    double seconds) {}
