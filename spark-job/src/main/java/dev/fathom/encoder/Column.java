// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.encoder;

import dev.fathom.data.Side;
import java.io.Serializable;
import java.util.Arrays;

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

  /**
   * The same rows in another order.
   *
   * @param rows for each place the row that goes there
   * @param builder an empty one of the same side
   */
  Column inOrder(int[] rows, ColumnBuilder builder);

  /** A column that a network sees as numbers: {@link Vectors} and {@link Images}. */
  sealed interface Numbers extends Column permits Vectors, Images {
    /** Writes a row as the network sees it, {@link Side#size()} numbers. */
    void copyRow(int row, float[] target, int offset);
  }

  /** Vectors, standardised. */
  record Vectors(int size, int width, float[][] chunks) implements Numbers {
    private static final long serialVersionUID = 1L;

    @Override
    public Column inOrder(int[] rows, ColumnBuilder builder) {
      int chunkRows = chunkRows(width);
      for (int row : rows) {
        int start = row % chunkRows * width;
        builder.add(Arrays.copyOfRange(chunks[row / chunkRows], start, start + width));
      }
      return builder.build();
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
    public Column inOrder(int[] rows, ColumnBuilder builder) {
      int chunkRows = chunkRows(width);
      for (int row : rows) {
        int start = row % chunkRows * width;
        builder.add(Arrays.copyOfRange(chunks[row / chunkRows], start, start + width));
      }
      return builder.build();
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
    public Column inOrder(int[] rows, ColumnBuilder builder) {
      int chunkRows = chunkRows(width);
      for (int row : rows) {
        int start = row % chunkRows * width;
        builder.add(Arrays.copyOfRange(chunks[row / chunkRows], start, start + width));
      }
      return builder.build();
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
