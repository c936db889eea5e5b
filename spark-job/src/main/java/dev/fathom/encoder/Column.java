// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.encoder;

import dev.fathom.data.Digest;
import dev.fathom.data.Side;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.Arrays;

/**
 * One side of many pairs: rows of equal width, packed into chunks, on the heap or in a file that is
 * mapped into memory. All chunks but the last have the same size. A column that is sent to another
 * process is on the heap there.
 */
public sealed interface Column extends Serializable permits Column.Numbers, Column.Tokens {
  /** Number of rows in a chunk of rows of this width: about a million numbers, at least one row. */
  static int chunkRows(int width) {
    return Math.max(1, (1 << 20) / width);
  }

  /** Number of rows. */
  int size();

  /** Number of numbers in a row. */
  int width();

  /** Number of bytes that a row takes. */
  int rowBytes();

  /** Writes a row's bytes at the buffer's position. */
  void putRow(int row, ByteBuffer target);

  /** A digest of a row's content, which is equal for rows that an encoder cannot tell apart. */
  default Digest digest(int row) {
    ByteBuffer content = ByteBuffer.allocate(rowBytes());
    putRow(row, content);
    return Digest.of(content.array());
  }

  /** Returns another column of this kind, with other rows. */
  Column of(int size, ByteBuffer[] chunks);

  /** Returns a column of the given rows, in the given order, on the heap. */
  default Column select(int[] rows) {
    try {
      return select(rows, ChunkStore.onHeap());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns a column of the given rows, in the given order, kept in a store. */
  default Column select(int[] rows, ChunkStore store) throws IOException {
    int chunkRows = chunkRows(width());
    for (int from = 0; from < rows.length; from += chunkRows) {
      int to = Math.min(from + chunkRows, rows.length);
      ByteBuffer chunk = store.next((to - from) * rowBytes());
      for (int i = from; i < to; i++) {
        putRow(rows[i], chunk);
      }
      store.keep(chunk.flip());
    }
    return of(rows.length, store.all());
  }

  /** A column that a network sees as numbers: {@link Vectors} and {@link Images}. */
  sealed interface Numbers extends Column permits Vectors, Images {
    /** Writes a row as the network sees it: {@link Side#size()} numbers. */
    void copyRow(int row, float[] target, int offset);
  }

  /** A column of standardised vectors. */
  record Vectors(int size, int width, FloatBuffer[] chunks) implements Numbers {
    private static final long serialVersionUID = 1L;

    @Override
    public Column of(int otherSize, ByteBuffer[] others) {
      return new Vectors(
          otherSize,
          width,
          Arrays.stream(others).map(ByteBuffer::asFloatBuffer).toArray(FloatBuffer[]::new));
    }

    @Override
    public int rowBytes() {
      return width * Float.BYTES;
    }

    @Override
    public void putRow(int row, ByteBuffer target) {
      int rows = chunkRows(width);
      target.asFloatBuffer().put(0, chunks[row / rows], row % rows * width, width);
      target.position(target.position() + rowBytes());
    }

    @Override
    public void copyRow(int row, float[] target, int offset) {
      int rows = chunkRows(width);
      chunks[row / rows].get(row % rows * width, target, offset, width);
    }

    private Object writeReplace() {
      return new ColumnProxy(this);
    }
  }

  /**
   * Images as bytes, height × width × 3, standardised as they are read.
   *
   * @param lookup 3 × 256: the network's input for each byte of each colour channel
   */
  record Images(int size, int width, ByteBuffer[] chunks, float[] lookup) implements Numbers {
    private static final long serialVersionUID = 1L;

    @Override
    public Column of(int otherSize, ByteBuffer[] others) {
      return new Images(otherSize, width, others, lookup);
    }

    @Override
    public int rowBytes() {
      return width;
    }

    @Override
    public void putRow(int row, ByteBuffer target) {
      int rows = chunkRows(width);
      target.put(target.position(), chunks[row / rows], row % rows * width, width);
      target.position(target.position() + width);
    }

    @Override
    public void copyRow(int row, float[] target, int offset) {
      int rows = chunkRows(width);
      ByteBuffer chunk = chunks[row / rows];
      int start = row % rows * width;
      for (int i = 0; i < width; i += 3) {
        target[offset + i] = lookup[chunk.get(start + i) & 0xff];
        target[offset + i + 1] = lookup[256 + (chunk.get(start + i + 1) & 0xff)];
        target[offset + i + 2] = lookup[512 + (chunk.get(start + i + 2) & 0xff)];
      }
    }

    private Object writeReplace() {
      return new ColumnProxy(this);
    }
  }

  /** Token numbers, {@code width} per row; unused places come last and hold −1. */
  record Tokens(int size, int width, IntBuffer[] chunks) implements Column {
    private static final long serialVersionUID = 1L;

    @Override
    public Column of(int otherSize, ByteBuffer[] others) {
      return new Tokens(
          otherSize,
          width,
          Arrays.stream(others).map(ByteBuffer::asIntBuffer).toArray(IntBuffer[]::new));
    }

    @Override
    public int rowBytes() {
      return width * Integer.BYTES;
    }

    @Override
    public void putRow(int row, ByteBuffer target) {
      int rows = chunkRows(width);
      target.asIntBuffer().put(0, chunks[row / rows], row % rows * width, width);
      target.position(target.position() + rowBytes());
    }

    /** Writes a row's tokens, and returns their number. */
    public int copyRow(int row, int[] target, int offset) {
      int rows = chunkRows(width);
      IntBuffer chunk = chunks[row / rows];
      int start = row % rows * width;
      int count = 0;
      while (count < width && chunk.get(start + count) >= 0) {
        target[offset + count] = chunk.get(start + count);
        count++;
      }
      return count;
    }

    private Object writeReplace() {
      return new ColumnProxy(this);
    }
  }
}
