// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import com.esotericsoftware.kryo.DefaultSerializer;
import com.esotericsoftware.kryo.serializers.JavaSerializer;
import dev.fathom.prepare.reject.RejectReason;
import dev.fathom.prepare.source.RawRow;
import java.io.Serializable;
import java.util.Comparator;
import java.util.Iterator;
import org.apache.spark.Partitioner;
import org.apache.spark.api.java.JavaRDD;
import scala.Tuple2;

/**
 * Keeps the first row of every key and marks the others as broken. Rows are sorted by key and place
 * rather than grouped, so that a column of one value does not have to fit into memory.
 */
final class FirstOfEachKey {
  private FirstOfEachKey() {}

  @DefaultSerializer(JavaSerializer.class)
  private record Name(String key, long ordinal) implements Comparable<Name>, Serializable {
    private static final Comparator<Name> ORDER =
        Comparator.comparing(Name::key).thenComparingLong(Name::ordinal);

    @Override
    public int compareTo(Name other) {
      return ORDER.compare(this, other);
    }
  }

  /** The same rows, evenly spread over so many partitions. */
  static JavaRDD<RawRow> of(JavaRDD<RawRow> rows, int partitions) {
    return rows.mapToPair(row -> new Tuple2<>(new Name(row.key(), row.ordinal()), row))
        .repartitionAndSortWithinPartitions(new ByKey(partitions))
        .values()
        .mapPartitions(Marking::new);
  }

  private static final class ByKey extends Partitioner {
    private final int partitions;

    ByKey(int partitions) {
      this.partitions = partitions;
    }

    @Override
    public int numPartitions() {
      return partitions;
    }

    @Override
    public int getPartition(Object key) {
      return Math.floorMod(((Name) key).key().hashCode(), partitions);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof ByKey byKey && partitions == byKey.partitions;
    }

    @Override
    public int hashCode() {
      return partitions;
    }
  }

  /** Walks over rows that are sorted by key. */
  private static final class Marking implements Iterator<RawRow> {
    private final Iterator<RawRow> rows;
    private RawRow first;

    Marking(Iterator<RawRow> rows) {
      this.rows = rows;
    }

    @Override
    public boolean hasNext() {
      return rows.hasNext();
    }

    @Override
    public RawRow next() {
      RawRow row = rows.next();
      if (row instanceof RawRow.Broken) {
        return row;
      }
      if (first != null && first.key().equals(row.key())) {
        return new RawRow.Broken(
            row.key(),
            row.ordinal(),
            RejectReason.DUPLICATE_KEY,
            "row %d has the key of row %d".formatted(row.ordinal() + 1, first.ordinal() + 1));
      }
      first = row;
      return row;
    }
  }
}
