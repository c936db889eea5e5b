// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.encoder;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** Where the chunks of a {@link Column} are kept. Chunks are filled one at a time, in order. */
public interface ChunkStore extends Closeable {
  /** Returns a chunk to fill, in the machine's byte order. */
  ByteBuffer next(int bytes);

  /** Keeps the chunk that {@link #next} returned, from its start to its limit. */
  void keep(ByteBuffer chunk) throws IOException;

  /** Returns all kept chunks, in order. The store must not be used after that. */
  ByteBuffer[] all() throws IOException;

  /** Frees what is needed only until the column exists; the column may also never be made. */
  @Override
  void close() throws IOException;

  /** Returns a store that keeps chunks on the heap. */
  static ChunkStore onHeap() {
    List<ByteBuffer> chunks = new ArrayList<>();
    return new ChunkStore() {
      @Override
      public ByteBuffer next(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
      }

      @Override
      public void keep(ByteBuffer chunk) {
        chunks.add(chunk);
      }

      @Override
      public ByteBuffer[] all() {
        return chunks.toArray(ByteBuffer[]::new);
      }

      @Override
      public void close() {}
    };
  }
}
