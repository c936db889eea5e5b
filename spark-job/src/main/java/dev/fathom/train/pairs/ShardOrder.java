// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.pairs;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * Restores the order of a partition's rows by file and row number. The order in which Spark reads
 * files depends on their sizes and on the cluster, and the batches must not depend on those.
 */
final class ShardOrder {
  private final List<Run> runs = new ArrayList<>();

  private UTF8String file;
  private long next;
  private int size;

  /** Rows of a file that were read one after another. */
  private record Run(UTF8String file, long firstRow, int start) {}

  void add(UTF8String name, long row) {
    if (runs.isEmpty() || row != next || !name.equals(file)) {
      if (!name.equals(file)) {
        // Spark reuses the memory of a row's text.
        file = name.copy();
      }
      runs.add(new Run(file, row, size));
    }
    next = row + 1;
    size++;
  }

  /** Returns, for each place, the row that belongs there; empty if the rows came in order. */
  Optional<int[]> places() {
    List<Run> sorted = new ArrayList<>(runs);
    sorted.sort(Comparator.comparing(Run::file).thenComparingLong(Run::firstRow));
    if (sorted.equals(runs)) {
      return Optional.empty();
    }
    int[] ends = new int[size + 1];
    for (int i = 0; i < runs.size(); i++) {
      ends[runs.get(i).start()] = i + 1 < runs.size() ? runs.get(i + 1).start() : size;
    }
    return Optional.of(
        sorted.stream()
            .flatMapToInt(run -> IntStream.range(run.start(), ends[run.start()]))
            .toArray());
  }
}
