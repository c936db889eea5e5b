// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import com.esotericsoftware.kryo.DefaultSerializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import com.esotericsoftware.kryo.serializers.JavaSerializer;
import dev.fathom.prepare.ShardLayout.Place;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import scala.Tuple2;

/**
 * Consecutive outcomes, as they are cached.
 *
 * @param count number of outcomes
 * @param packed the outcomes in {@link OutcomeFormat}
 */
@DefaultSerializer(JavaSerializer.class)
@SuppressWarnings("ArrayRecordComponent")
record OutcomeBlock(int count, byte[] packed) implements Serializable {
  /**
   * A block ends with the outcome that brings it to this many bytes. Java's serialisation keeps the
   * last hundred blocks of a stream in memory.
   */
  private static final int BYTES = 1 << 15;

  /** Packs outcomes into blocks, one block at a time. */
  static Iterator<OutcomeBlock> pack(Iterator<Outcome> outcomes) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return outcomes.hasNext();
      }

      @Override
      public OutcomeBlock next() {
        Output packed = new Output(BYTES, -1);
        int count = 0;
        do {
          OutcomeFormat.write(outcomes.next(), packed);
          count++;
        } while (packed.position() < BYTES && outcomes.hasNext());
        return new OutcomeBlock(count, packed.toBytes());
      }
    };
  }

  /** Unpacks the outcomes. */
  Iterator<Outcome> outcomes() {
    return new Unpacked<>(OutcomeFormat::read);
  }

  /** Unpacks the outcomes without their content. */
  Iterator<Outcome> withoutContent() {
    return new Unpacked<>(OutcomeFormat::readWithoutContent);
  }

  /**
   * The pairs that stay, with their places. They are not unpacked for it.
   *
   * @param rules gives the outcome of an outcome without content
   */
  Iterator<Tuple2<Place, PackedPair>> placed(UnaryOperator<Outcome> rules, long seed) {
    List<Tuple2<Place, PackedPair>> pairs = new ArrayList<>(count);
    Input in = new Input(packed);
    for (int i = 0; i < count; i++) {
      int from = in.position();
      if (rules.apply(OutcomeFormat.readWithoutContent(in)) instanceof Outcome.Placed placed) {
        pairs.add(
            new Tuple2<>(
                Place.of(placed, seed), new PackedPair(packed, from, in.position() - from)));
      }
    }
    return pairs.iterator();
  }

  /** Reads what stands for each outcome. */
  private final class Unpacked<T> implements Iterator<T> {
    private final Function<Input, T> reader;
    private final Input in = new Input(packed);
    private int read;

    Unpacked(Function<Input, T> reader) {
      this.reader = reader;
    }

    @Override
    public boolean hasNext() {
      return read < count;
    }

    @Override
    public T next() {
      read++;
      return reader.apply(in);
    }
  }
}
