// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.bytes.HeapByteBufferAllocator;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.page.PageWriter;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.column.values.rle.RunLengthBitPackingHybridValuesWriter;

/**
 * A column of lists of floats that all have the same length. Its pages are put together whole:
 * Parquet's own writer of columns takes each number with its two levels, which is most of the time
 * of writing vectors.
 */
final class VectorColumn {
  private static final int MOST_ROWS_OF_A_PAGE = 20_000;

  private final ColumnDescriptor column;
  private final int width;
  private final ByteBuffer page;
  private final int rowsOfPage;
  private final byte[] levelsOfPage;
  private PageWriter pages;
  private int rows;
  private float least = Float.POSITIVE_INFINITY;
  private float greatest = Float.NEGATIVE_INFINITY;

  /**
   * Creates a column without pages.
   *
   * @param width length of each list
   */
  VectorColumn(ColumnDescriptor column, int width, PageWriter pages) throws IOException {
    this.column = column;
    this.width = width;
    this.pages = pages;
    int bytes = Float.BYTES * width;
    rowsOfPage =
        Math.max(1, Math.min(MOST_ROWS_OF_A_PAGE, ShardFile.PAGE_BYTES / Math.max(1, bytes)));
    page = ByteBuffer.allocate(rowsOfPage * bytes).order(ByteOrder.LITTLE_ENDIAN);
    levelsOfPage = levels(rowsOfPage);
  }

  /** Begins the next row group. */
  void into(PageWriter ofGroup) {
    pages = ofGroup;
  }

  /** Adds a list. */
  void add(float[] values) throws IOException {
    if (values.length != width) {
      throw new IllegalArgumentException(
          "%d numbers in a column of %d".formatted(values.length, width));
    }
    for (float value : values) {
      least = Math.min(least, value);
      greatest = Math.max(greatest, value);
      page.putFloat(value);
    }
    rows++;
    if (rows == rowsOfPage) {
      flush();
    }
  }

  /** Number of bytes in memory. */
  long bufferedBytes() {
    return page.position() + pages.getMemSize();
  }

  /** Ends the page. */
  void flush() throws IOException {
    if (rows == 0) {
      return;
    }
    byte[] levels = rows == rowsOfPage ? levelsOfPage : levels(rows);
    Statistics<?> statistics = Statistics.createStats(column.getPrimitiveType());
    if (width == 0) {
      statistics.incrementNumNulls(rows);
    } else {
      statistics.updateStats(least);
      statistics.updateStats(greatest);
    }
    pages.writePage(
        BytesInput.concat(
            BytesInput.from(levels), BytesInput.from(page.array(), 0, page.position())),
        rows * Math.max(1, width),
        rows,
        statistics,
        Encoding.RLE,
        Encoding.RLE,
        Encoding.PLAIN);
    page.clear();
    rows = 0;
    least = Float.POSITIVE_INFINITY;
    greatest = Float.NEGATIVE_INFINITY;
  }

  /**
   * The levels of this many lists: whether a number continues a list, then whether there is one. An
   * empty list counts as one absent number.
   */
  private byte[] levels(int lists) throws IOException {
    int places = Math.max(1, width);
    RunLengthBitPackingHybridValuesWriter repetition = ofLevels();
    RunLengthBitPackingHybridValuesWriter definition = ofLevels();
    for (int i = 0; i < lists * places; i++) {
      repetition.writeInteger(i % places == 0 ? 0 : 1);
      definition.writeInteger(width == 0 ? 0 : 1);
    }
    return BytesInput.concat(repetition.getBytes(), definition.getBytes()).toByteArray();
  }

  private static RunLengthBitPackingHybridValuesWriter ofLevels() {
    return new RunLengthBitPackingHybridValuesWriter(
        1, 1 << 10, ShardFile.PAGE_BYTES, new HeapByteBufferAllocator());
  }
}
