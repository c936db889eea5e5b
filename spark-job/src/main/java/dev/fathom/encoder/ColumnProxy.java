// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.encoder;

import java.io.Externalizable;
import java.io.IOException;
import java.io.ObjectInput;
import java.io.ObjectOutput;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The serialisation proxy of a column: the bytes of its rows, for JVMs of the same byte order. */
final class ColumnProxy implements Externalizable {
  private static final long serialVersionUID = 1L;

  private Column column;

  /** For deserialisation only. */
  public ColumnProxy() {}

  ColumnProxy(Column column) {
    this.column = column;
  }

  @Override
  public void writeExternal(ObjectOutput out) throws IOException {
    out.writeUTF(column.getClass().getSimpleName());
    out.writeInt(column.width());
    out.writeInt(column.size());
    if (column instanceof Column.Images images) {
      for (float value : images.lookup()) {
        out.writeFloat(value);
      }
    }
    byte[] row = new byte[column.rowBytes()];
    ByteBuffer bytes = ByteBuffer.wrap(row).order(ByteOrder.nativeOrder());
    for (int i = 0; i < column.size(); i++) {
      column.putRow(i, bytes.clear());
      out.write(row);
    }
  }

  @Override
  public void readExternal(ObjectInput in) throws IOException {
    String kind = in.readUTF();
    int width = in.readInt();
    int size = in.readInt();
    Column empty =
        switch (kind) {
          case "Vectors" -> new Column.Vectors(0, width, null);
          case "Images" -> new Column.Images(0, width, null, lookup(in));
          case "Tokens" -> new Column.Tokens(0, width, null);
          default -> throw new IOException("a column of " + kind);
        };
    int chunkRows = Column.chunkRows(width);
    ByteBuffer[] chunks = new ByteBuffer[(size + chunkRows - 1) / chunkRows];
    for (int i = 0; i < chunks.length; i++) {
      byte[] rows = new byte[Math.min(chunkRows, size - i * chunkRows) * empty.rowBytes()];
      in.readFully(rows);
      chunks[i] = ByteBuffer.wrap(rows).order(ByteOrder.nativeOrder());
    }
    column = empty.of(size, chunks);
  }

  private static float[] lookup(ObjectInput in) throws IOException {
    float[] lookup = new float[3 * 256];
    for (int i = 0; i < lookup.length; i++) {
      lookup[i] = in.readFloat();
    }
    return lookup;
  }

  private Object readResolve() {
    return column;
  }
}
