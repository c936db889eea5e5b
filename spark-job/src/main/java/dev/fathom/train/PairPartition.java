// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train;

import dev.fathom.common.FathomException;
import dev.fathom.common.RandomStream;
import dev.fathom.encoder.Column;
import java.io.Serializable;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** One worker's pairs, and the order in which an epoch visits them. */
public final class PairPartition implements Serializable {
  private static final long serialVersionUID = 1L;

  private final Column x;
  private final Column y;
  private transient Drawn drawn;
  private transient Embedded embedded;

  /** Row i of {@code x} belongs to row i of {@code y}. */
  public PairPartition(Column x, Column y) {
    if (x.size() != y.size()) {
      throw FathomException.data("%d rows of x beside %d of y", x.size(), y.size());
    }
    this.x = x;
    this.y = y;
  }

  /** The named pairs, in their order. */
  public PairPartition select(int[] rows) {
    return new PairPartition(x.select(rows), y.select(rows));
  }

  /** These pairs in parts that follow each other, whose sizes differ by one at most. */
  List<PairPartition> parts(int count) {
    if (count == 1) {
      // Another one, as it keeps the order of its own epoch.
      return List.of(new PairPartition(x, y));
    }
    return IntStream.range(0, count)
        .mapToObj(
            part -> {
              int from = (int) ((long) size() * part / count);
              int to = (int) ((long) size() * (part + 1) / count);
              return select(IntStream.range(from, to).toArray());
            })
        .toList();
  }

  /** The first side, a row a pair. */
  public Column x() {
    return x;
  }

  /** The second side. */
  public Column y() {
    return y;
  }

  /** How many pairs. */
  public int size() {
    return x.size();
  }

  /**
   * All rows in the order of an epoch, a pure function of its arguments. The last one is kept, as
   * many rounds share it.
   *
   * @param heldOut how many rows stand at the end, the same in every epoch
   */
  synchronized int[] order(long seed, long epoch, int partition, int heldOut) {
    if (drawn == null
        || drawn.seed != seed
        || drawn.epoch != epoch
        || drawn.partition != partition
        || drawn.heldOut != heldOut) {
      int[] order = new int[size()];
      for (int i = 0; i < order.length; i++) {
        order[i] = i;
      }
      if (heldOut > 0) {
        RandomStream.shuffle(order, order.length, RandomStream.of(seed, "held-out", partition));
      }
      RandomStream.shuffle(
          order, order.length - heldOut, RandomStream.of(seed, "batches", epoch, partition));
      drawn = new Drawn(seed, epoch, partition, heldOut, order);
    }
    return drawn.order;
  }

  /** The embeddings of some batches, made anew unless they are of the same state of a training. */
  synchronized Embedded embedded(String state, Supplier<Embedded> embed) {
    if (embedded == null || !embedded.state.equals(state)) {
      embedded = embed.get();
    }
    return embedded;
  }

  /** Embeddings of both sides, batch by batch, and the name of the state that made them. */
  record Embedded(String state, float[][] x, float[][] y) {}

  /** An order, and what it was drawn for. */
  private record Drawn(long seed, long epoch, int partition, int heldOut, int[] order) {}
}
