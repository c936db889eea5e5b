// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.pairs;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * The order of a partition's rows by file and number, whatever order Spark reads the files in. It
 * depends on their sizes and on the cluster, and the training's batches must not.
 */
final class ShardOrder {
  private final List<Run> runs = new ArrayList<>();

  private UTF8String file;
  private long next;
  private int size;

  /** Rows of a file that came one after another. */
  private record Run(UTF8String file, long firstRow, int start) {}

  void add(UTF8String name, long row) {
    if (runs.isEmpty() || row != next || !name.equals(file)) {
      if (!name.equals(file)) {
        // Spark uses the memory of a row's text again.
        file = name.copy();
      }
      runs.add(new Run(file, row, size));
    }
    next = row + 1;
    size++;
  }

  /** For each place the row that belongs there; nothing where the rows came in order. */
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
