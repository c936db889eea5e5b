// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.data;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Writes a matrix as NumPy's {@code .npy}, row by row: format version 1, little-endian floats. */
public final class NpyWriter {
  private static final int ALIGNED = 64;
  private static final int BEFORE_HEADER = 10;

  private final OutputStream out;
  private final byte[] row;
  private final long rows;
  private long written;

  /**
   * Begins a matrix.
   *
   * @param out stream to write to, which the caller closes
   * @param rows n, the number of rows that will be written
   * @param columns d
   */
  public NpyWriter(OutputStream out, long rows, int columns) throws IOException {
    this.out = out;
    this.rows = rows;
    row = new byte[Math.multiplyExact(columns, Float.BYTES)];
    String told =
        String.format(
            Locale.ROOT,
            "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }",
            rows,
            columns);
    int length = (BEFORE_HEADER + told.length()) / ALIGNED * ALIGNED + ALIGNED - BEFORE_HEADER;
    String header = told + " ".repeat(length - told.length() - 1) + "\n";
    out.write(
        ByteBuffer.allocate(BEFORE_HEADER)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put((byte) 0x93)
            .put("NUMPY".getBytes(StandardCharsets.US_ASCII))
            .put((byte) 1)
            .put((byte) 0)
            .putShort((short) length)
            .array());
    out.write(header.getBytes(StandardCharsets.US_ASCII));
  }

  /** Writes the next row, of d numbers. */
  public void add(float[] values) throws IOException {
    if (values.length * Float.BYTES != row.length) {
      throw new IllegalArgumentException(
          "a row of " + values.length + " numbers where there are " + row.length / Float.BYTES);
    }
    ByteBuffer.wrap(row).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(values);
    out.write(row);
    written++;
  }

  /** Checks that the number of rows written is that of the header. */
  public void end() {
    if (written != rows) {
      throw new IllegalStateException(written + " rows were written of " + rows);
    }
  }
}
