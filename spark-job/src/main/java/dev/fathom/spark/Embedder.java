// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.spark;

import dev.fathom.data.Side;
import dev.fathom.encoder.ColumnBuilder;
import dev.fathom.model.TrainedModel;
import dev.fathom.prepare.SideReader;
import java.io.Serializable;

/** Everything that executors need to embed: both encoders, and the readers of their inputs. */
record Embedder(TrainedModel model, SideReader x, SideReader y) implements Serializable {
  private static final long serialVersionUID = 1L;

  SideReader reader(boolean ofX) {
    return ofX ? x : y;
  }

  /** Values of one side that are embedded together. */
  final class Batch {
    private final boolean ofX;
    private final Side side;
    private final ColumnBuilder column;
    private int size;
    private Object last;

    Batch(boolean ofX) {
      this.ofX = ofX;
      side = reader(ofX).side();
      column = new ColumnBuilder(side);
    }

    /** Adds an input that a {@link SideReader} read, and returns its index. */
    int add(Object value) {
      switch (side.modality()) {
        case IMAGE -> column.add(side.encoding().decode((byte[]) value));
        case TEXT -> column.add((int[]) value);
        case VECTOR -> column.add((float[]) value);
      }
      last = value;
      return size++;
    }

    /**
     * Returns all embeddings, size × dimension, followed by some more rows. The number of rows
     * multiplied at once determines a product's last bits. So the last block is padded to the size
     * of the others, and the embedding of a value does not depend on the values beside it.
     */
    float[] embedded() {
      if (size == 0) {
        return new float[0];
      }
      while (size % TrainedModel.BATCH != 0) {
        add(last);
      }
      return ofX ? model.embedX(column.build()) : model.embedY(column.build());
    }
  }
}
