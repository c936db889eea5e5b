// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.measure;

import dev.fathom.evaluate.Retrieval;
import dev.fathom.intrinsic.SharedDimension;
import java.util.Optional;

/**
 * The first columns of the embeddings, which training has made embeddings of their own.
 *
 * @param width number of columns
 * @param retrieval retrieval by their cosine; empty if there are too few finite pairs
 * @param shared dimension that they share; empty if a side could not be measured, or if nothing
 *     shared was found
 */
public record NestedWidth(
    int width, Optional<Retrieval> retrieval, Optional<SharedDimension> shared) {

  /** Bytes per vector of four-byte numbers. */
  public int bytes() {
    return Float.BYTES * width;
  }
}
