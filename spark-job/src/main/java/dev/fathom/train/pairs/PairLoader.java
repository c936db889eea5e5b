// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.pairs;

import dev.fathom.data.DatasetCard;
import dev.fathom.data.PairSchema;
import dev.fathom.data.ShardReader;
import dev.fathom.data.Side;
import dev.fathom.data.Split;
import dev.fathom.encoder.ColumnBuilder;
import dev.fathom.encoder.ColumnReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.storage.StorageLevel;

/**
 * Places pairs on the workers, one element per partition, in compact columns that are mapped from
 * scratch files.
 */
public final class PairLoader {
  private final ShardReader reader;
  private final DatasetCard card;

  /** Creates a loader of one dataset. */
  public PairLoader(ShardReader reader, DatasetCard card) {
    this.reader = reader;
    this.card = card;
  }

  /** Reads all pairs of a split into this process, in the order of the shards. */
  public PairPartition collect(Split split) {
    return PlacedRdd.of(read(split, 1, 1)).each((parts, worker) -> parts.get(0)).get(0);
  }

  /**
   * Gives each worker a range of the partitions of the training pairs and one of the partitions of
   * the validation pairs.
   *
   * @param partitions number of partitions of the training pairs; their sizes differ by at most one
   * @param validationPartitions number of partitions of the validation pairs
   * @param workers number of workers, at most {@code partitions}
   */
  public PlacedRdd<PlacedPairs> load(int partitions, int validationPartitions, int workers) {
    return PlacedRdd.of(
        read(Split.TRAIN, partitions, workers)
            .zipPartitions(
                onWorkers(validationPartitions, workers),
                (train, validation) ->
                    List.of(placed(partitions, train.next(), validation.next())).iterator())
            // Memory only, as the pairs themselves are on disk already.
            .persist(StorageLevel.MEMORY_ONLY()));
  }

  private static PlacedPairs placed(
      int of, List<PairPartition> train, List<PairPartition> validation) {
    return new PlacedPairs(train.get(0).number(), of, train, validation);
  }

  /** Each worker's partitions of the validation pairs; the last workers may have none. */
  private JavaRDD<List<PairPartition>> onWorkers(int validationPartitions, int workers) {
    int with = Math.min(validationPartitions, workers);
    JavaRDD<List<PairPartition>> first = read(Split.VALIDATION, validationPartitions, with);
    return with == workers
        ? first
        : first.union(
            JavaSparkContext.fromSparkContext(first.context())
                .parallelize(Collections.nCopies(workers - with, List.of()), workers - with));
  }

  /** Each worker's partitions of a split, one element per worker. */
  private JavaRDD<List<PairPartition>> read(Split split, int partitions, int workers) {
    Side x = card.x();
    Side y = card.y();
    long rows = reader.rows(split);
    int[] runs = ShardReader.runs(partitions, workers);
    return reader
        .readUnsorted(split, runs, PairSchema.X, PairSchema.Y)
        .queryExecution()
        .toRdd()
        .toJavaRDD()
        .mapPartitionsWithIndex(
            (worker, row) -> List.of(parts(collect(row, x, y), rows, runs, worker)).iterator(),
            true);
  }

  private static List<PairPartition> parts(PairPartition all, long rows, int[] runs, int worker) {
    int of = runs[runs.length - 1];
    long first = ShardReader.start(rows, runs[worker], of);
    List<PairPartition> partitions = new ArrayList<>();
    for (int p = runs[worker]; p < runs[worker + 1]; p++) {
      long from = ShardReader.start(rows, p, of);
      int size = (int) (ShardReader.start(rows, p + 1, of) - from);
      partitions.add(all.part(p, (int) (from - first), size));
    }
    return partitions;
  }

  private static PairPartition collect(Iterator<InternalRow> rows, Side x, Side y) {
    ShardOrder order = new ShardOrder();
    try (ScratchChunks storeX = ScratchChunks.ofExecutor();
        ScratchChunks storeY = ScratchChunks.ofExecutor()) {
      ColumnBuilder columnX = new ColumnBuilder(x, storeX);
      ColumnBuilder columnY = new ColumnBuilder(y, storeY);
      while (rows.hasNext()) {
        InternalRow row = rows.next();
        ColumnReader.add(row, 0, x, columnX);
        ColumnReader.add(row, 1, y, columnY);
        order.add(row.getUTF8String(2), row.getLong(3));
      }
      PairPartition pairs = new PairPartition(columnX.build(), columnY.build());
      Optional<int[]> places = order.places();
      return places.isPresent() ? inOrder(pairs, places.get()) : pairs;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static PairPartition inOrder(PairPartition pairs, int[] places) throws IOException {
    try (ScratchChunks storeX = ScratchChunks.ofExecutor();
        ScratchChunks storeY = ScratchChunks.ofExecutor()) {
      return new PairPartition(pairs.x().select(places, storeX), pairs.y().select(places, storeY));
    }
  }
}
