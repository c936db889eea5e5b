// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.workers;

import java.util.ArrayList;
import java.util.List;

/**
 * Divides W results into about √W groups of neighbours, so that neither the driver nor an executor
 * receives more than about √W results. Up to sixteen results are merged at once.
 */
final class Groups {
  private static final int MOST_DIRECT = 16;

  private Groups() {}

  static boolean isOne(int results) {
    return results <= MOST_DIRECT;
  }

  /** The number of results in a group. */
  static int size(int results) {
    int groups = (int) Math.ceil(Math.sqrt(results));
    return (results + groups - 1) / groups;
  }

  /** Merges results in one process, in the order in which a cluster merges them. */
  static <T> T merged(List<T> results, Merge<T> merge) {
    if (isOne(results.size())) {
      return merge.of(results);
    }
    int size = size(results.size());
    List<T> groups = new ArrayList<>();
    for (int from = 0; from < results.size(); from += size) {
      groups.add(merge.of(results.subList(from, Math.min(from + size, results.size()))));
    }
    return merge.of(groups);
  }
}
