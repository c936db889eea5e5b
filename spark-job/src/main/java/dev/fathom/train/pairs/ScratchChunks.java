// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.pairs;

import dev.fathom.encoder.ChunkStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.SparkEnv;

/**
 * Chunks in one of Spark's scratch files ({@code spark.local.dir}), mapped into memory. Pairs take
 * no heap, and stay in memory as far as the machine has some to spare. The file is deleted from its
 * directory as soon as it is open, so nothing is left of it however the process ends.
 */
final class ScratchChunks implements ChunkStore {
  private static final long MOST_MAPPED_AT_ONCE = 1L << 30;

  private final FileChannel channel;
  private final List<Integer> lengths = new ArrayList<>();
  private ByteBuffer filled = ByteBuffer.allocateDirect(0);

  /** Creates the file, which must not exist. */
  ScratchChunks(Path file) throws IOException {
    channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE);
  }

  /** Creates a file among the scratch files of this executor. */
  static ScratchChunks ofExecutor() throws IOException {
    return new ScratchChunks(
        SparkEnv.get().blockManager().diskBlockManager().createTempLocalBlock()._2().toPath());
  }

  @Override
  public ByteBuffer next(int bytes) {
    if (filled.capacity() < bytes) {
      filled = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }
    return filled.clear().limit(bytes);
  }

  /**
   * Writes the chunk with a file write. Writing through a mapping would crash the JVM on a full
   * disk; this fails with an error.
   */
  @Override
  public void keep(ByteBuffer chunk) throws IOException {
    lengths.add(chunk.remaining());
    while (chunk.hasRemaining()) {
      channel.write(chunk);
    }
  }

  @Override
  public ByteBuffer[] all() throws IOException {
    ByteBuffer[] chunks = new ByteBuffer[lengths.size()];
    ByteBuffer mapped = ByteBuffer.allocate(0);
    long from = 0;
    int start = 0;
    for (int i = 0; i < chunks.length; i++) {
      int length = lengths.get(i);
      if (start + length > mapped.capacity()) {
        from += start;
        long bytes = 0;
        for (int j = i;
            j < chunks.length && (j == i || bytes + lengths.get(j) <= MOST_MAPPED_AT_ONCE);
            j++) {
          bytes += lengths.get(j);
        }
        mapped = channel.map(MapMode.READ_ONLY, from, bytes);
        start = 0;
      }
      chunks[i] = mapped.slice(start, length).order(ByteOrder.nativeOrder());
      start += length;
    }
    return chunks;
  }

  /** Closes the file. Its mapping stays until nothing refers to it. */
  @Override
  public void close() throws IOException {
    channel.close();
  }
}
