// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.workers;

import java.io.Serializable;
import java.util.List;

/** Makes several results one. */
public interface Merge<T> extends Serializable {
  /**
   * Merges.
   *
   * @param results in the order of the partitions, each of one or of a group; one at least
   */
  T of(List<T> results);
}
