// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.workers;

import java.io.Serializable;
import java.util.List;

/** Merges several results into one. */
public interface Merge<T> extends Serializable {
  /**
   * Merges some results.
   *
   * @param results at least one result, each of a partition or of a group, in the order of the
   *     partitions
   */
  T of(List<T> results);
}
