// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.spark;

import dev.fathom.error.FathomException;
import dev.fathom.model.TrainedModel;
import dev.fathom.prepare.SideReader;
import dev.fathom.prepare.reject.RejectedRowException;
import dev.fathom.prepare.source.SideColumn;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/** Embeds the rows of a partition, chunk by chunk, as they are asked for. */
final class EmbedRows implements MapPartitionsFunction<Row, Row> {
  private static final long serialVersionUID = 1L;

  /** Number of rows that are held in memory at once. */
  private static final int CHUNK = TrainedModel.BATCH;

  private final Broadcast<Embedder> embedder;
  private final ArrayList<Input> inputs;
  private final String handleInvalid;

  /**
   * A side to embed.
   *
   * @param at index of its column in a row
   */
  record Input(boolean ofX, int at, SideColumn column) implements Serializable {}

  EmbedRows(Broadcast<Embedder> embedder, List<Input> inputs, String handleInvalid) {
    this.embedder = embedder;
    this.inputs = new ArrayList<>(inputs);
    this.handleInvalid = handleInvalid;
  }

  @Override
  public Iterator<Row> call(Iterator<Row> rows) {
    Embedder model = embedder.value();
    List<SideReader.Opened> readers =
        inputs.stream().map(input -> model.reader(input.ofX).open()).toList();
    return new Iterator<>() {
      private Iterator<Row> chunk = List.<Row>of().iterator();

      @Override
      public boolean hasNext() {
        while (!chunk.hasNext() && rows.hasNext()) {
          chunk = embedded(rows, model, readers).iterator();
        }
        return chunk.hasNext();
      }

      @Override
      public Row next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        return chunk.next();
      }
    };
  }

  /** The next rows, with an embedding of each side added. */
  private List<Row> embedded(Iterator<Row> rows, Embedder model, List<SideReader.Opened> readers) {
    List<Embedder.Batch> batches =
        inputs.stream().map(input -> model.new Batch(input.ofX)).toList();
    List<Row> kept = new ArrayList<>();
    List<int[]> places = new ArrayList<>();
    while (kept.size() < CHUNK && rows.hasNext()) {
      Row row = rows.next();
      Object[] values = values(row, readers);
      if (values.length == 0) {
        continue;
      }
      int[] place = new int[values.length];
      for (int side = 0; side < values.length; side++) {
        place[side] = values[side] == null ? -1 : batches.get(side).add(values[side]);
      }
      kept.add(row);
      places.add(place);
    }
    List<float[]> embeddings = batches.stream().map(Embedder.Batch::embedded).toList();
    int width = model.model().towers().dimension();
    List<Row> wider = new ArrayList<>(kept.size());
    for (int i = 0; i < kept.size(); i++) {
      Row row = kept.get(i);
      Object[] cells = new Object[row.size() + inputs.size()];
      for (int c = 0; c < row.size(); c++) {
        cells[c] = row.get(c);
      }
      for (int side = 0; side < inputs.size(); side++) {
        cells[row.size() + side] = vector(embeddings.get(side), places.get(i)[side], width);
      }
      wider.add(RowFactory.create(cells));
    }
    return wider;
  }

  /**
   * The inputs of the encoders for a row, null for a value that cannot be read; an empty array for
   * a row to skip.
   */
  private Object[] values(Row row, List<SideReader.Opened> readers) {
    Object[] values = new Object[inputs.size()];
    for (int side = 0; side < values.length; side++) {
      Input input = inputs.get(side);
      try {
        values[side] =
            readers.get(side).read(input.column.value(FrameColumns.plain(row.get(input.at)), ""));
      } catch (RejectedRowException e) {
        switch (handleInvalid) {
          case PairParams.SKIP -> {
            return new Object[0];
          }
          case PairParams.KEEP -> values[side] = null;
          default ->
              throw FathomException.data(
                  "column %s holds what cannot be embedded (%s: %s); handleInvalid = skip leaves"
                      + " such rows out, keep gives them null",
                  input.column.name(), e.reason().code(), e.getMessage());
        }
      }
    }
    return values;
  }

  private static Vector vector(float[] embeddings, int place, int width) {
    if (place < 0) {
      return null;
    }
    double[] values = new double[width];
    Arrays.setAll(values, c -> embeddings[place * width + c]);
    return Vectors.dense(values);
  }
}
