// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import com.esotericsoftware.kryo.DefaultSerializer;
import com.esotericsoftware.kryo.serializers.JavaSerializer;
import dev.fathom.data.Digest;
import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.apache.spark.HashPartitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import scala.Tuple2;

/**
 * Finds the keys, sides and pairs that repeat an earlier one. Only digests are shuffled, many in a
 * record, and all kinds together.
 */
final class RepeatedDigests {
  /** The position that stands for a key of an existing dataset. */
  static final long TAKEN = -1;

  /** Pairs whose digests a task compares, which take up to 400 bytes each. */
  private static final long PAIRS_OF_A_TASK = 100_000;

  private static final long MOST_TASKS = 4096;

  private final JavaRDD<Block> blocks;

  /** The kinds of content that may repeat. */
  enum Kind {
    KEY,
    X,
    Y,
    PAIR
  }

  /**
   * A repetition.
   *
   * @param ordinal position in the source of the pair that repeats an earlier one
   * @param first position of the first such pair, {@link #TAKEN} for a key of an existing dataset
   */
  @DefaultSerializer(JavaSerializer.class)
  record Repeat(long ordinal, long first) implements Serializable {}

  private RepeatedDigests(JavaRDD<Block> blocks) {
    this.blocks = blocks;
  }

  /**
   * Collects the digests of pairs.
   *
   * @param count number of pairs
   * @param taken keys that were there before
   */
  static RepeatedDigests of(JavaRDD<Outcome.Kept> pairs, long count, JavaRDD<String> taken) {
    int tasks = (int) Math.min(1 + count / PAIRS_OF_A_TASK, MOST_TASKS);
    JavaPairRDD<Integer, Block> ofPairs = packed(pairs, tasks, Packer::add);
    JavaPairRDD<Integer, Block> ofTaken =
        packed(taken, tasks, (packer, key) -> packer.add(Kind.KEY, Digest.of(key), TAKEN));
    return new RepeatedDigests(
        ofPairs.union(ofTaken).partitionBy(new HashPartitioner(tasks)).values());
  }

  /** The digests of pairs alone. */
  static RepeatedDigests of(JavaRDD<Outcome.Kept> pairs, long count) {
    return of(pairs, count, JavaSparkContext.fromSparkContext(pairs.context()).emptyRDD());
  }

  /** Adds an element's digests to a packer. */
  private interface Adder<T> extends BiConsumer<Packer, T>, Serializable {}

  private static <T> JavaPairRDD<Integer, Block> packed(JavaRDD<T> of, int tasks, Adder<T> adder) {
    return of.mapPartitionsToPair(part -> new Blocks<>(part, tasks, adder));
  }

  /** The number of pairs that repeat an earlier one. */
  Map<Kind, Long> counts() {
    Map<Kind, Long> counts = new EnumMap<>(Kind.class);
    for (Kind kind : Kind.values()) {
      counts.put(kind, 0L);
    }
    blocks
        .mapPartitionsToPair(RepeatedDigests::counted)
        .collect()
        .forEach(part -> counts.merge(Kind.valueOf(part._1()), part._2(), Long::sum));
    return counts;
  }

  private static Iterator<Tuple2<String, Long>> counted(Iterator<Block> part) {
    Map<Kind, FirstPlaces> first = new EnumMap<>(Kind.class);
    Map<Kind, Long> repeats = new EnumMap<>(Kind.class);
    part.forEachRemaining(
        block ->
            block.addTo(
                first.computeIfAbsent(block.kind, kind -> new FirstPlaces()),
                (digest, later) -> repeats.merge(block.kind, 1L, Long::sum)));
    return repeats.entrySet().stream()
        .map(of -> new Tuple2<>(of.getKey().name(), of.getValue()))
        .iterator();
  }

  /** The pairs that repeat an earlier one, in the order of the source. */
  List<Repeat> repeats(Kind kind) {
    List<Repeat> found =
        new ArrayList<>(
            blocks
                .filter(block -> block.kind == kind)
                .mapPartitions(
                    part -> {
                      FirstPlaces first = new FirstPlaces();
                      List<Long> later = new ArrayList<>();
                      List<Digest> of = new ArrayList<>();
                      part.forEachRemaining(
                          block ->
                              block.addTo(
                                  first,
                                  (digest, ordinal) -> {
                                    of.add(digest);
                                    later.add(ordinal);
                                  }));
                      List<Repeat> repeats = new ArrayList<>();
                      for (int i = 0; i < of.size(); i++) {
                        repeats.add(new Repeat(later.get(i), first.of(of.get(i))));
                      }
                      return repeats.iterator();
                    })
                .collect());
    found.sort(Comparator.comparingLong(Repeat::ordinal));
    return found;
  }

  /** Receives a pair that repeats an earlier one. */
  private interface Later {
    void take(Digest digest, long ordinal);
  }

  /**
   * Digests of one kind.
   *
   * @param entries for each digest, its two halves and the ordinal of its pair
   */
  @DefaultSerializer(JavaSerializer.class)
  @SuppressWarnings("ArrayRecordComponent")
  private record Block(Kind kind, long[] entries) implements Serializable {
    /** Number of longs in an entry. */
    static final int ENTRY = 3;

    void addTo(FirstPlaces first, Later later) {
      for (int i = 0; i < entries.length; i += ENTRY) {
        Digest digest = new Digest(entries[i], entries[i + 1]);
        long repeated = first.add(digest, entries[i + 2]);
        if (repeated > TAKEN) {
          later.take(digest, repeated);
        }
      }
    }
  }

  /** Packs the digests of some elements into blocks. */
  private static final class Blocks<T> implements Iterator<Tuple2<Integer, Block>> {
    private final Iterator<T> of;
    private final Adder<T> adder;
    private final Packer packer;

    Blocks(Iterator<T> of, int tasks, Adder<T> adder) {
      this.of = of;
      this.adder = adder;
      packer = new Packer(tasks);
    }

    @Override
    public boolean hasNext() {
      while (packer.full.isEmpty() && of.hasNext()) {
        adder.accept(packer, of.next());
      }
      if (packer.full.isEmpty()) {
        packer.finish();
      }
      return !packer.full.isEmpty();
    }

    @Override
    public Tuple2<Integer, Block> next() {
      return packer.full.remove();
    }
  }

  /** Collects digests in blocks, each for one task. */
  private static final class Packer {
    private static final int MOST_NUMBERS = 128 * Block.ENTRY;
    private static final int FEW_NUMBERS = 8 * Block.ENTRY;

    private final Map<Kind, Open[]> open = new EnumMap<>(Kind.class);
    private final Deque<Tuple2<Integer, Block>> full = new ArrayDeque<>();

    /** A block that is not full yet. */
    private static final class Open {
      private long[] entries = new long[FEW_NUMBERS];
      private int used;
    }

    Packer(int tasks) {
      for (Kind kind : Kind.values()) {
        open.put(kind, new Open[tasks]);
      }
    }

    void add(Outcome.Kept pair) {
      Digest x = pair.x().digest();
      Digest y = pair.y().digest();
      add(Kind.KEY, Digest.of(pair.key()), pair.ordinal());
      add(Kind.X, x, pair.ordinal());
      add(Kind.Y, y, pair.ordinal());
      add(Kind.PAIR, x.with(y), pair.ordinal());
    }

    void add(Kind kind, Digest digest, long ordinal) {
      Open[] ofKind = open.get(kind);
      int task = Math.floorMod(digest.high(), ofKind.length);
      if (ofKind[task] == null) {
        ofKind[task] = new Open();
      }
      Open block = ofKind[task];
      block.entries[block.used++] = digest.high();
      block.entries[block.used++] = digest.low();
      block.entries[block.used++] = ordinal;
      if (block.used == MOST_NUMBERS) {
        close(kind, task);
      } else if (block.used == block.entries.length) {
        block.entries = Arrays.copyOf(block.entries, 2 * block.used);
      }
    }

    private void close(Kind kind, int task) {
      Open block = open.get(kind)[task];
      long[] entries = Arrays.copyOf(block.entries, block.used);
      full.add(new Tuple2<>(task, new Block(kind, entries)));
      open.get(kind)[task] = null;
    }

    /** Closes all blocks. */
    void finish() {
      for (Kind kind : Kind.values()) {
        for (int task = 0; task < open.get(kind).length; task++) {
          if (open.get(kind)[task] != null) {
            close(kind, task);
          }
        }
      }
    }
  }

  /** The first place of each digest: a hash table with open addressing, at most half full. */
  private static final class FirstPlaces {
    /** Added to an ordinal, so that 0 means a free slot. */
    private static final long BASE = 1 - TAKEN;

    private long[] slots = new long[1024 * Block.ENTRY];
    private int size;

    /**
     * Adds a digest.
     *
     * @return the later of the two positions if the digest is known, else {@link #TAKEN}
     */
    long add(Digest digest, long ordinal) {
      int slot = slot(slots, digest.high(), digest.low());
      long known = slots[slot + 2] - BASE;
      if (slots[slot + 2] != 0) {
        slots[slot + 2] = Math.min(known, ordinal) + BASE;
        return Math.max(known, ordinal);
      }
      put(slots, slot, digest.high(), digest.low(), ordinal + BASE);
      size++;
      if (2 * Block.ENTRY * size > slots.length) {
        grow();
      }
      return TAKEN;
    }

    long of(Digest digest) {
      return slots[slot(slots, digest.high(), digest.low()) + 2] - BASE;
    }

    private void grow() {
      long[] larger = new long[2 * slots.length];
      for (int i = 0; i < slots.length; i += Block.ENTRY) {
        if (slots[i + 2] != 0) {
          put(larger, slot(larger, slots[i], slots[i + 1]), slots[i], slots[i + 1], slots[i + 2]);
        }
      }
      slots = larger;
    }

    private static void put(long[] slots, int slot, long high, long low, long place) {
      slots[slot] = high;
      slots[slot + 1] = low;
      slots[slot + 2] = place;
    }

    /** The slot of a digest, or the free slot where it belongs. */
    private static int slot(long[] slots, long high, long low) {
      int mask = slots.length / Block.ENTRY - 1;
      int at = (int) low & mask;
      while (true) {
        int slot = at * Block.ENTRY;
        if (slots[slot + 2] == 0 || (slots[slot] == high && slots[slot + 1] == low)) {
          return slot;
        }
        at = (at + 1) & mask;
      }
    }
  }
}
