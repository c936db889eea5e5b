// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train;

import dev.fathom.data.DatasetCard;
import dev.fathom.data.PairSchema;
import dev.fathom.data.ShardReader;
import dev.fathom.data.Side;
import dev.fathom.data.Split;
import dev.fathom.encoder.ColumnBuilder;
import dev.fathom.encoder.ColumnReader;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.storage.StorageLevel;

/**
 * Places a split's pairs on the workers: one element a partition, in compact columns, kept in
 * memory or on disk.
 */
public final class PairLoader {
  private final ShardReader reader;
  private final DatasetCard card;

  /** A loader of a dataset. */
  public PairLoader(ShardReader reader, DatasetCard card) {
    this.reader = reader;
    this.card = card;
  }

  /** All pairs of a split in this process, in the order of the shards. */
  public PairPartition collect(Split split) {
    JavaRDD<PairPartition> one = load(split, 1);
    try {
      return one.first();
    } finally {
      one.unpersist();
    }
  }

  JavaRDD<PairPartition> load(Split split, int workers) {
    Side x = card.x();
    Side y = card.y();
    return reader
        .readUnsorted(split, workers, PairSchema.X, PairSchema.Y)
        .queryExecution()
        .toRdd()
        .toJavaRDD()
        .mapPartitions(rows -> List.of(collect(rows, x, y)).iterator())
        .persist(StorageLevel.MEMORY_AND_DISK());
  }

  private static PairPartition collect(Iterator<InternalRow> rows, Side x, Side y) {
    ColumnBuilder columnX = new ColumnBuilder(x);
    ColumnBuilder columnY = new ColumnBuilder(y);
    ShardOrder order = new ShardOrder();
    while (rows.hasNext()) {
      InternalRow row = rows.next();
      ColumnReader.add(row, 0, x, columnX);
      ColumnReader.add(row, 1, y, columnY);
      order.add(row.getUTF8String(2), row.getLong(3));
    }
    PairPartition pairs = new PairPartition(columnX.build(), columnY.build());
    return order.places().map(pairs::select).orElse(pairs);
  }
}
