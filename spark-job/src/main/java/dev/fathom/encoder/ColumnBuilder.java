// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.encoder;

import dev.fathom.common.FathomException;
import dev.fathom.data.Side;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Fills a {@link Column} row by row from what a shard holds. */
public final class ColumnBuilder {
  private final Side side;
  private final int width;
  private final int chunkRows;
  private final List<float[]> vectors = new ArrayList<>();
  private final List<byte[]> images = new ArrayList<>();
  private final List<int[]> tokens = new ArrayList<>();
  private int size;

  /** A builder for a side of a dataset. */
  public ColumnBuilder(Side side) {
    this.side = side;
    width = side.size();
    chunkRows = Column.chunkRows(width);
  }

  /** Adds a vector of as many numbers as the side's shape says. */
  public void add(float[] vector) {
    requireWidth(vector.length);
    if (size % chunkRows == 0) {
      vectors.add(new float[chunkRows * width]);
    }
    System.arraycopy(vector, 0, vectors.get(size / chunkRows), offset(), width);
    size++;
  }

  /** Adds an image of as many bytes as the side's shape says. */
  public void add(byte[] image) {
    requireWidth(image.length);
    if (size % chunkRows == 0) {
      images.add(new byte[chunkRows * width]);
    }
    System.arraycopy(image, 0, images.get(size / chunkRows), offset(), width);
    size++;
  }

  /** Adds token numbers; those beyond the side's shape are cut off. */
  public void add(int[] row) {
    if (size % chunkRows == 0) {
      tokens.add(new int[chunkRows * width]);
    }
    int[] chunk = tokens.get(size / chunkRows);
    int count = Math.min(row.length, width);
    System.arraycopy(row, 0, chunk, offset(), count);
    Arrays.fill(chunk, offset() + count, offset() + width, -1);
    size++;
  }

  /** The column of all rows added. The builder's arrays become the column's. */
  public Column build() {
    int used = size % chunkRows * width;
    if (used > 0) {
      switch (side.modality()) {
        case VECTOR -> vectors.add(Arrays.copyOf(vectors.remove(vectors.size() - 1), used));
        case IMAGE -> images.add(Arrays.copyOf(images.remove(images.size() - 1), used));
        case TEXT -> tokens.add(Arrays.copyOf(tokens.remove(tokens.size() - 1), used));
      }
    }
    return switch (side.modality()) {
      case VECTOR -> new Column.Vectors(size, width, vectors.toArray(float[][]::new));
      case IMAGE -> new Column.Images(size, width, images.toArray(byte[][]::new), lookup());
      case TEXT -> new Column.Tokens(size, width, tokens.toArray(int[][]::new));
    };
  }

  private int offset() {
    return size % chunkRows * width;
  }

  private float[] lookup() {
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
    if (found != width) {
      throw FathomException.data(
          "a shard holds a row of %d numbers where dataset.json says %s; run prepare again",
          found, side.shape());
    }
  }
}
