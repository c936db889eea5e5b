// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.measure;

import dev.fathom.data.Digest;
import dev.fathom.embed.EmbeddingFiles;
import dev.fathom.error.FathomException;
import dev.fathom.evaluate.Items;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.types.StructType;

/**
 * Embeddings on the driver, with the names of their rows.
 *
 * @param keys one key per row
 * @param splits one split per row
 */
record EmbeddingRows(List<String> keys, List<String> splits, EmbeddedPairs pairs) {

  /** The indices of the columns. */
  private record Places(int key, int split, int label, Place x, Place y, int digestX, int digestY)
      implements Serializable {
    private static final long serialVersionUID = 1;

    static Places of(StructType schema) {
      return new Places(
          schema.fieldIndex(EmbeddingFiles.KEY),
          schema.fieldIndex(EmbeddingFiles.SPLIT),
          schema.fieldIndex(EmbeddingFiles.LABEL),
          Place.of(schema, EmbeddingFiles.X),
          Place.of(schema, EmbeddingFiles.Y),
          schema.fieldIndex(EmbeddingFiles.X_DIGEST),
          schema.fieldIndex(EmbeddingFiles.Y_DIGEST));
    }
  }

  /** Where a column of arrays stands, and whether it holds doubles. */
  private record Place(int column, boolean wide) implements Serializable {
    private static final long serialVersionUID = 1;

    static Place of(StructType schema, String name) {
      return new Place(schema.fieldIndex(name), Centres.isWide(schema, name));
    }
  }

  /** Some rows, as arrays of numbers; rows of objects would take ten times the memory. */
  private static final class Chunk implements Serializable {
    private static final long serialVersionUID = 1;
    private static final int ROWS = 4096;

    private final List<String> keys = new ArrayList<>();
    private final List<String> splits = new ArrayList<>();
    private final List<String> labels = new ArrayList<>();
    private final List<Digest> digestsX = new ArrayList<>();
    private final List<Digest> digestsY = new ArrayList<>();
    private final Places layout;
    private final int widthX;
    private final int widthY;
    private final transient Centres centres;
    private float[] x;
    private float[] y;

    /** What is wrong with a row; empty if no row has a fault. */
    private String fault = "";

    Chunk(Places layout, int widthX, int widthY, Centres centres) {
      this.layout = layout;
      this.centres = centres;
      this.widthX = widthX;
      this.widthY = widthY;
      x = new float[ROWS * widthX];
      y = new float[ROWS * widthY];
    }

    boolean isFull() {
      return keys.size() == ROWS || !fault.isEmpty();
    }

    void add(InternalRow row) {
      int at = keys.size();
      keys.add(row.getUTF8String(layout.key).toString());
      splits.add(row.getUTF8String(layout.split).toString());
      labels.add(row.isNullAt(layout.label) ? "" : row.getUTF8String(layout.label).toString());
      digestsX.add(digest(row, layout.digestX));
      digestsY.add(digest(row, layout.digestY));
      copy(row, layout.x, widthX, centres.x(), x, at);
      if (widthY > 0) {
        copy(row, layout.y, widthY, centres.y(), y, at);
      }
    }

    private static Digest digest(InternalRow row, int column) {
      return row.isNullAt(column) ? null : Digest.read(row.getBinary(column));
    }

    private void copy(
        InternalRow row, Place place, int width, double[] centre, float[] target, int at) {
      int found = row.isNullAt(place.column) ? 0 : row.getArray(place.column).numElements();
      if (found != width) {
        fault =
            String.format(
                "key %s has an embedding of %d numbers instead of %d", keys.get(at), found, width);
        return;
      }
      ArrayData values = row.getArray(place.column);
      for (int c = 0; c < width; c++) {
        double value =
            values.isNullAt(c) ? Double.NaN : place.wide ? values.getDouble(c) : values.getFloat(c);
        target[at * width + c] = (float) (c < centre.length ? value - centre[c] : value);
      }
    }

    Chunk trimmed() {
      x = Arrays.copyOf(x, keys.size() * widthX);
      y = Arrays.copyOf(y, keys.size() * widthY);
      return this;
    }
  }

  int count() {
    return keys.size();
  }

  /**
   * Brings rows to the driver.
   *
   * @param rows rows with the columns of {@link EmbeddingTable}, in the wanted order
   * @param widthY width of y, 0 if there is one side
   */
  static EmbeddingRows collect(String embeddings, Dataset<Row> rows, int widthX, int widthY) {
    Places layout = Places.of(rows.schema());
    Centres centres = Centres.of(rows);
    List<Chunk> chunks =
        new ArrayList<>(
            rows.queryExecution()
                .toRdd()
                .toJavaRDD()
                .mapPartitions(partition -> chunks(partition, layout, widthX, widthY, centres))
                .collect());
    List<String> keys = new ArrayList<>();
    List<String> splits = new ArrayList<>();
    List<String> labels = new ArrayList<>();
    List<Digest> digestsX = new ArrayList<>();
    List<Digest> digestsY = new ArrayList<>();
    for (Chunk chunk : chunks) {
      if (!chunk.fault.isEmpty()) {
        throw FathomException.data("%s: %s", embeddings, chunk.fault);
      }
      keys.addAll(chunk.keys);
      splits.addAll(chunk.splits);
      labels.addAll(chunk.labels);
      digestsX.addAll(chunk.digestsX);
      digestsY.addAll(chunk.digestsY);
    }
    float[] x = new float[Math.multiplyExact(keys.size(), widthX)];
    float[] y = new float[Math.multiplyExact(keys.size(), widthY)];
    int atX = 0;
    int atY = 0;
    for (int i = 0; i < chunks.size(); i++) {
      // The chunks are released one by one, as together they are as large as the result.
      Chunk chunk = chunks.set(i, null);
      System.arraycopy(chunk.x, 0, x, atX, chunk.x.length);
      System.arraycopy(chunk.y, 0, y, atY, chunk.y.length);
      atX += chunk.x.length;
      atY += chunk.y.length;
    }
    return new EmbeddingRows(
        keys,
        splits,
        new EmbeddedPairs(x, widthX, y, widthY, labels, Items.of(digestsX, digestsY), centres));
  }

  private static Iterator<Chunk> chunks(
      Iterator<InternalRow> rows, Places layout, int widthX, int widthY, Centres centres) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return rows.hasNext();
      }

      @Override
      public Chunk next() {
        Chunk chunk = new Chunk(layout, widthX, widthY, centres);
        while (rows.hasNext() && !chunk.isFull()) {
          chunk.add(rows.next());
        }
        return chunk.trimmed();
      }
    };
  }
}
