// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.pairs;

import dev.fathom.data.ShardReader;
import dev.fathom.encoder.Column;
import dev.fathom.error.FathomException;
import dev.fathom.evaluate.Items;
import dev.fathom.random.RandomStream;
import java.io.Serializable;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * A partition of the pairs: a range of rows of two columns. Batches draw from each partition
 * separately; a partition also holds the order in which an epoch visits its pairs.
 */
public final class PairPartition implements Serializable {
  private static final long serialVersionUID = 1L;

  private final Column x;
  private final Column y;
  private final int number;
  private final int from;
  private final int size;
  private transient Drawn drawn;
  private transient Kept kept;

  /** Creates a partition of all rows; row i of {@code x} is paired with row i of {@code y}. */
  public PairPartition(Column x, Column y) {
    this(x, y, 0, 0, x.size());
    if (x.size() != y.size()) {
      throw FathomException.data("%d rows of x beside %d of y", x.size(), y.size());
    }
  }

  private PairPartition(Column x, Column y, int number, int from, int size) {
    this.x = x;
    this.y = y;
    this.number = number;
    this.from = from;
    this.size = size;
  }

  /** Copies some pairs, in the given order, into columns of their own. */
  public PairPartition select(int[] rows) {
    int[] absolute = IntStream.of(rows).map(row -> from + row).toArray();
    return new PairPartition(x.select(absolute), y.select(absolute));
  }

  /**
   * Returns partition {@code number} of a split, rows {@code [from, from + size)} of these columns.
   *
   * @param number the partition's number, which its random draws depend on
   */
  public PairPartition part(int number, int from, int size) {
    return new PairPartition(x, y, number, this.from + from, size);
  }

  /** Divides these pairs into consecutive parts whose sizes differ by one at most. */
  public List<PairPartition> parts(int count) {
    return IntStream.range(0, count)
        .mapToObj(
            part -> {
              int start = (int) ShardReader.start(size, part, count);
              int end = (int) ShardReader.start(size, part + 1, count);
              return part(part, start, end - start);
            })
        .toList();
  }

  /** The column of the first side; the partition's rows begin at {@link #from()}. */
  public Column x() {
    return x;
  }

  /** The column of the second side; the partition's rows begin at {@link #from()}. */
  public Column y() {
    return y;
  }

  /** Index of the partition's first row in the columns. */
  public int from() {
    return from;
  }

  /** The number of the partition. */
  public int number() {
    return number;
  }

  /** Number of pairs. */
  public int size() {
    return size;
  }

  /** Groups the partition's pairs by identical content. */
  public Items items() {
    return items(IntStream.range(from, from + size).toArray());
  }

  /** Groups the pairs of some rows of the columns by identical content. */
  public Items items(int[] rows) {
    return Items.of(
        IntStream.of(rows).mapToObj(x::digest).toList(),
        IntStream.of(rows).mapToObj(y::digest).toList());
  }

  /**
   * Returns the rows of the columns in the order of an epoch. The order is a pure function of the
   * arguments and the partition's number. The last order is cached, as many rounds share it.
   *
   * @param heldOut number of rows at the end that are the same in every epoch
   */
  public synchronized int[] order(long seed, long epoch, int heldOut) {
    if (drawn == null || drawn.seed != seed || drawn.epoch != epoch || drawn.heldOut != heldOut) {
      int[] order = IntStream.range(from, from + size).toArray();
      if (heldOut > 0) {
        RandomStream.shuffle(order, order.length, RandomStream.of(seed, "held-out", number));
      }
      RandomStream.shuffle(
          order, order.length - heldOut, RandomStream.of(seed, "batches", epoch, number));
      drawn = new Drawn(seed, epoch, heldOut, order);
    }
    return drawn.order;
  }

  /**
   * Returns a cached value that is made from these pairs. A value under another name replaces it.
   */
  @SuppressWarnings("unchecked") // Each name stands for values of one type.
  public synchronized <T> T keep(String name, Supplier<T> make) {
    if (kept == null || !kept.name.equals(name)) {
      kept = new Kept(name, make.get());
    }
    return (T) kept.value;
  }

  private record Kept(String name, Object value) {}

  /** A cached order with the arguments that it was drawn with. */
  private record Drawn(long seed, long epoch, int heldOut, int[] order) {}
}
