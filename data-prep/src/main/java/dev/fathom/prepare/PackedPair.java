// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import com.esotericsoftware.kryo.io.Output;
import java.io.Serializable;

/**
 * A pair as bytes, which are moved and sorted as they are.
 *
 * @param bytes bytes that hold an {@link Outcome.Kept} in {@link OutcomeFormat}
 * @param from index of its first byte
 * @param length number of its bytes
 */
@SuppressWarnings("ArrayRecordComponent")
record PackedPair(byte[] bytes, int from, int length) implements Serializable {
  private static final int USUAL_BYTES = 512;

  /** Packs a pair. */
  static PackedPair of(Outcome.Kept pair) {
    Output packed = new Output(USUAL_BYTES, -1);
    OutcomeFormat.write(pair, packed);
    return new PackedPair(packed.getBuffer(), 0, packed.position());
  }
}
