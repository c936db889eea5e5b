// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import com.esotericsoftware.kryo.DefaultSerializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import com.esotericsoftware.kryo.serializers.JavaSerializer;
import java.io.Serializable;
import java.util.Iterator;
import java.util.stream.IntStream;

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
    Input in = new Input(packed);
    return IntStream.range(0, count).mapToObj(i -> OutcomeFormat.read(in)).iterator();
  }
}
