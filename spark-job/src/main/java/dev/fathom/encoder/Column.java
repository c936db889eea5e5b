// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.encoder;

import dev.fathom.data.Side;
import java.io.Serializable;
import java.util.Arrays;
import java.util.function.IntFunction;

/**
 * One side of many pairs in memory: compact arrays in chunks, so that no array grows beyond what
 * Java can address and a million rows are a few hundred objects.
 */
public sealed interface Column extends Serializable permits Column.Numbers, Column.Tokens {
  /** Rows in a chunk of rows of this width: about a million numbers, one row at least. */
  static int chunkRows(int width) {
    return Math.max(1, (1 << 20) / width);
  }

  /** How many rows. */
  int size();

  /** A column of the named rows, in their order. */
  Column select(int[] rows);

  private static <A> A[] select(A[] chunks, int width, int[] rows, IntFunction<A> array) {
    int chunkRows = chunkRows(width);
    A[] selected = Arrays.copyOf(chunks, (rows.length + chunkRows - 1) / chunkRows);
    for (int i = 0; i < rows.length; i++) {
      if (i % chunkRows == 0) {
        selected[i / chunkRows] = array.apply(Math.min(chunkRows, rows.length - i) * width);
      }
      System.arraycopy(
          chunks[rows[i] / chunkRows],
          rows[i] % chunkRows * width,
          selected[i / chunkRows],
          i % chunkRows * width,
          width);
    }
    return selected;
  }

  /** A column that a network sees as numbers: {@link Vectors} and {@link Images}. */
  sealed interface Numbers extends Column permits Vectors, Images {
    /** Writes a row as the network sees it, {@link Side#size()} numbers. */
    void copyRow(int row, float[] target, int offset);
  }

  /** Vectors, standardised. */
  record Vectors(int size, int width, float[][] chunks) implements Numbers {
    private static final long serialVersionUID = 1L;

    @Override
    public Column select(int[] rows) {
      return new Vectors(rows.length, width, Column.select(chunks, width, rows, float[]::new));
    }

    @Override
    public void copyRow(int row, float[] target, int offset) {
      int rows = chunkRows(width);
      System.arraycopy(chunks[row / rows], row % rows * width, target, offset, width);
    }
  }

  /**
   * Images as bytes, height × width × 3, standardised as they are read.
   *
   * @param lookup 3 × 256: what the network sees for each byte of each colour channel
   */
  record Images(int size, int width, byte[][] chunks, float[] lookup) implements Numbers {
    private static final long serialVersionUID = 1L;

    @Override
    public Column select(int[] rows) {
      return new Images(
          rows.length, width, Column.select(chunks, width, rows, byte[]::new), lookup);
    }

    @Override
    public void copyRow(int row, float[] target, int offset) {
      int rows = chunkRows(width);
      byte[] chunk = chunks[row / rows];
      int start = row % rows * width;
      for (int i = 0; i < width; i += 3) {
        target[offset + i] = lookup[chunk[start + i] & 0xff];
        target[offset + i + 1] = lookup[256 + (chunk[start + i + 1] & 0xff)];
        target[offset + i + 2] = lookup[512 + (chunk[start + i + 2] & 0xff)];
      }
    }
  }

  /** Token numbers, {@code width} a row, unused places holding −1 and standing last. */
  record Tokens(int size, int width, int[][] chunks) implements Column {
    private static final long serialVersionUID = 1L;

    @Override
    public Column select(int[] rows) {
      return new Tokens(rows.length, width, Column.select(chunks, width, rows, int[]::new));
    }

    /** Writes a row's tokens, and returns how many there are. */
    public int copyRow(int row, int[] target, int offset) {
      int rows = chunkRows(width);
      int[] chunk = chunks[row / rows];
      int start = row % rows * width;
      int count = 0;
      while (count < width && chunk[start + count] >= 0) {
        target[offset + count] = chunk[start + count];
        count++;
      }
      return count;
    }
  }
}
