// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import dev.fathom.data.DatasetCard;

/**
 * What {@link Prepare} made.
 *
 * @param card of the dataset
 * @param directory where the dataset is
 * @param seconds that it took
 */
public record PrepareResult(DatasetCard card, String directory, double seconds) {}
