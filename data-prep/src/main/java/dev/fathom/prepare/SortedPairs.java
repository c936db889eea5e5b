// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import com.esotericsoftware.kryo.io.Input;
import dev.fathom.data.Split;
import dev.fathom.prepare.ShardLayout.Place;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.unsafe.Platform;
import org.apache.spark.util.collection.unsafe.sort.PrefixComparators;
import org.apache.spark.util.collection.unsafe.sort.RecordComparator;
import org.apache.spark.util.collection.unsafe.sort.UnsafeExternalSorter;
import org.apache.spark.util.collection.unsafe.sort.UnsafeSorterIterator;
import scala.Tuple2;

/**
 * The pairs of a task, all of one split, sorted by their places. They are sorted as bytes by
 * Spark's sorter of rows, which moves them to disk where the task has too little memory.
 */
final class SortedPairs implements Iterator<Outcome.Placed> {
  private static final int FEW_PAIRS = 4096;

  private final UnsafeSorterIterator sorted;
  private Split split;

  SortedPairs(Iterator<Tuple2<Place, PackedPair>> pairs) throws IOException {
    TaskContext task = TaskContext.get();
    SparkEnv spark = SparkEnv.get();
    UnsafeExternalSorter sorter =
        UnsafeExternalSorter.create(
            task.taskMemoryManager(),
            spark.blockManager(),
            spark.serializerManager(),
            task,
            ByKey::new,
            PrefixComparators.LONG,
            FEW_PAIRS,
            spark.memoryManager().pageSizeBytes(),
            Integer.MAX_VALUE,
            false);
    while (pairs.hasNext()) {
      Tuple2<Place, PackedPair> next = pairs.next();
      split = next._1().split();
      PackedPair pair = next._2();
      sorter.insertRecord(
          pair.bytes(),
          Platform.BYTE_ARRAY_OFFSET + (long) pair.from(),
          pair.length(),
          next._1().order(),
          false);
    }
    sorted = sorter.getSortedIterator();
  }

  @Override
  public boolean hasNext() {
    return sorted.hasNext();
  }

  @Override
  public Outcome.Placed next() {
    try {
      sorted.loadNext();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Input in = input(sorted.getBaseObject(), sorted.getBaseOffset(), sorted.getRecordLength());
    return new Outcome.Placed(split, (Outcome.Kept) OutcomeFormat.read(in));
  }

  private static Input input(Object base, long offset, int length) {
    byte[] bytes = new byte[length];
    Platform.copyMemory(base, offset, bytes, Platform.BYTE_ARRAY_OFFSET, length);
    return new Input(bytes);
  }

  /** Orders pairs of the same place by their keys. */
  private static final class ByKey extends RecordComparator {
    @Override
    public int compare(Object a, long aAt, int aLength, Object b, long bAt, int bLength) {
      return OutcomeFormat.readKey(input(a, aAt, aLength))
          .compareTo(OutcomeFormat.readKey(input(b, bAt, bLength)));
    }
  }
}
