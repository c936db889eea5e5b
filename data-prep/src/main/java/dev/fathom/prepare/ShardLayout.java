// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import com.esotericsoftware.kryo.DefaultSerializer;
import com.esotericsoftware.kryo.serializers.JavaSerializer;
import dev.fathom.data.Split;
import dev.fathom.random.RandomStream;
import java.io.Serializable;
import java.util.EnumMap;
import java.util.function.ToLongFunction;
import org.apache.spark.Partitioner;
import scala.Function1;

/**
 * The shard of a pair and its position there, a pure function of seed, split and key. So a dataset
 * depends neither on the order of the input nor on the size of the cluster. Every split is shuffled
 * by a hash of the key and cut into ranges of the hash.
 */
final class ShardLayout extends Partitioner {
  private static final int ORDER_BITS = 63;
  private static final int RANGE_BITS = 32;

  private final EnumMap<Split, Shards> shards;
  private final int total;

  /** The shards of one split, numbered consecutively from {@code first}. */
  private record Shards(int first, int count) implements Serializable {}

  /**
   * The position of a pair. Pairs of the same position are ordered by their keys.
   *
   * @param split split of the pair
   * @param order 63-bit hash that shuffles the split
   */
  @DefaultSerializer(JavaSerializer.class)
  record Place(Split split, long order) implements Serializable {
    static Place of(Outcome.Placed placed, long seed) {
      long hash = RandomStream.hash(RandomStream.hash(seed, "order"), placed.pair().key());
      return new Place(placed.split(), hash >>> (Long.SIZE - ORDER_BITS));
    }
  }

  /** Makes a layout with shards of about this many bytes, at least one for every split. */
  static ShardLayout of(Tally tally, long shardSize) {
    return of(split -> -Math.floorDiv(-tally.bytes(split), shardSize));
  }

  /** Makes a layout with shards of about this many pairs, at least one for every split. */
  static ShardLayout ofPairs(Tally tally, long pairs) {
    return of(split -> -Math.floorDiv(-tally.pairs(split), pairs));
  }

  private static ShardLayout of(ToLongFunction<Split> wantedOf) {
    EnumMap<Split, Shards> shards = new EnumMap<>(Split.class);
    int first = 0;
    for (Split split : Split.values()) {
      long wanted = Math.max(1, wantedOf.applyAsLong(split));
      shards.put(split, new Shards(first, Math.toIntExact(wanted)));
      first += Math.toIntExact(wanted);
    }
    return new ShardLayout(shards, first);
  }

  private ShardLayout(EnumMap<Split, Shards> shards, int total) {
    this.shards = shards;
    this.total = total;
  }

  /** A filter for the partitions of a split, in the form that Spark's own code takes. */
  Function1<Object, Object> partitions(Split split) {
    Shards of = shards.get(split);
    return (Function1<Object, Object> & Serializable)
        partition -> (int) partition >= of.first() && (int) partition < of.first() + of.count();
  }

  @Override
  public int numPartitions() {
    return total;
  }

  @Override
  public int getPartition(Object key) {
    Place place = (Place) key;
    Shards of = shards.get(place.split());
    long range = place.order() >>> (ORDER_BITS - RANGE_BITS);
    return of.first() + (int) ((range * of.count()) >>> RANGE_BITS);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ShardLayout layout && shards.equals(layout.shards);
  }

  @Override
  public int hashCode() {
    return shards.hashCode();
  }
}
