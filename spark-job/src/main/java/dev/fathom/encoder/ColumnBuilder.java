// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.encoder;

import dev.fathom.data.Side;
import dev.fathom.error.FathomException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/** Fills a {@link Column} row by row from the values of a shard. */
public final class ColumnBuilder {
  private final Side side;
  private final ChunkStore store;
  private final Column empty;
  private ByteBuffer chunk;
  private int size;

  /** Creates a builder for a side of a dataset, on the heap. */
  public ColumnBuilder(Side side) {
    this(side, ChunkStore.onHeap());
  }

  /** Creates a builder for a side of a dataset, with the chunks in a store. */
  public ColumnBuilder(Side side, ChunkStore store) {
    this.side = side;
    this.store = store;
    empty =
        switch (side.modality()) {
          case VECTOR -> new Column.Vectors(0, side.size(), null);
          case IMAGE -> new Column.Images(0, side.size(), null, lookup(side));
          case TEXT -> new Column.Tokens(0, side.size(), null);
        };
  }

  /** Adds a vector; its length must be that of the side's shape. */
  public void add(float[] vector) {
    requireWidth(vector.length);
    ByteBuffer row = row();
    row.asFloatBuffer().put(vector);
    added(row);
  }

  /** Adds an image; its number of bytes must be that of the side's shape. */
  public void add(byte[] image) {
    requireWidth(image.length);
    ByteBuffer row = row();
    row.put(row.position(), image);
    added(row);
  }

  /** Adds token numbers; tokens beyond the side's shape are cut off. */
  public void add(int[] tokens) {
    ByteBuffer row = row();
    for (int i = 0; i < side.size(); i++) {
      row.putInt(row.position() + i * Integer.BYTES, i < tokens.length ? tokens[i] : -1);
    }
    added(row);
  }

  /** Returns the column of all rows added. */
  public Column build() {
    try {
      if (chunk != null) {
        store.keep(chunk.flip());
      }
      return empty.of(size, store.all());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ByteBuffer row() {
    if (chunk == null) {
      chunk = store.next(Column.chunkRows(side.size()) * empty.rowBytes());
    }
    return chunk;
  }

  private void added(ByteBuffer row) {
    row.position(row.position() + empty.rowBytes());
    size++;
    if (!row.hasRemaining()) {
      try {
        store.keep(row.flip());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      chunk = null;
    }
  }

  private static float[] lookup(Side side) {
    float[] lookup = new float[3 * 256];
    for (int channel = 0; channel < 3; channel++) {
      for (int value = 0; value < 256; value++) {
        lookup[channel * 256 + value] =
            (float)
                ((value / 255.0 - side.mean().get(channel))
                    / side.standardDeviation().get(channel));
      }
    }
    return lookup;
  }

  private void requireWidth(int found) {
    if (found != side.size()) {
      throw FathomException.data(
          "a shard holds a row of %d numbers where dataset.json says %s; run prepare again",
          found, side.shape());
    }
  }
}
