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
 * @param whole the outcomes in {@link OutcomeFormat}
 * @param light the outcomes without content, in the same format
 */
@DefaultSerializer(JavaSerializer.class)
@SuppressWarnings("ArrayRecordComponent")
record OutcomeBlock(int count, byte[] whole, byte[] light) implements Serializable {
  /** A block ends with the outcome that brings it to this many bytes. */
  private static final int BYTES = 1 << 18;

  /** Packs outcomes into blocks, one block at a time. */
  static Iterator<OutcomeBlock> pack(Iterator<Outcome> outcomes) {
    return new Iterator<>() {
      private final Output whole = new Output(BYTES, -1);
      private final Output light = new Output(BYTES, -1);

      @Override
      public boolean hasNext() {
        return outcomes.hasNext();
      }

      @Override
      public OutcomeBlock next() {
        whole.clear();
        light.clear();
        int count = 0;
        do {
          Outcome outcome = outcomes.next();
          OutcomeFormat.write(outcome, whole);
          OutcomeFormat.write(outcome.withoutContent(), light);
          count++;
        } while (whole.position() < BYTES && outcomes.hasNext());
        return new OutcomeBlock(count, whole.toBytes(), light.toBytes());
      }
    };
  }

  /** Unpacks the outcomes. */
  Iterator<Outcome> outcomes() {
    return unpack(whole);
  }

  /** Unpacks the outcomes {@link Outcome#withoutContent without content}. */
  Iterator<Outcome> withoutContent() {
    return unpack(light);
  }

  private Iterator<Outcome> unpack(byte[] packed) {
    Input in = new Input(packed);
    return IntStream.range(0, count).mapToObj(i -> OutcomeFormat.read(in)).iterator();
  }
}
