// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import dev.fathom.data.Digest;
import dev.fathom.data.Split;
import dev.fathom.prepare.Outcome.Kept;
import dev.fathom.prepare.Outcome.Placed;
import dev.fathom.prepare.Outcome.SideValue;
import java.io.Externalizable;
import java.io.IOException;
import java.io.ObjectInput;
import java.io.ObjectOutput;

/**
 * The serialised form of a pair. Java's own form of the records would take several times as long to
 * read, and every pair is read several times.
 */
public final class PackedPair implements Externalizable {
  private static final long serialVersionUID = 1L;

  private static final String UNPLACED = "";

  private String split;
  private Kept pair;

  /** For deserialisation only. */
  public PackedPair() {}

  PackedPair(Kept pair) {
    split = UNPLACED;
    this.pair = pair;
  }

  PackedPair(Placed placed) {
    split = placed.split().name();
    pair = placed.pair();
  }

  @Override
  public void writeExternal(ObjectOutput out) throws IOException {
    out.writeObject(split);
    out.writeObject(pair.key());
    out.writeLong(pair.ordinal());
    write(pair.x(), out);
    write(pair.y(), out);
    out.writeObject(pair.label());
    out.writeObject(pair.group());
  }

  private static void write(SideValue side, ObjectOutput out) throws IOException {
    out.writeObject(side.source());
    out.writeBoolean(side.digest() != null);
    if (side.digest() != null) {
      out.writeLong(side.digest().high());
      out.writeLong(side.digest().low());
    }
    // An array alone is a vector.
    out.writeObject(
        side.value() instanceof DecodedValue.Vector vector ? vector.values() : side.value());
  }

  @Override
  public void readExternal(ObjectInput in) throws IOException, ClassNotFoundException {
    split = (String) in.readObject();
    String key = (String) in.readObject();
    long ordinal = in.readLong();
    SideValue x = read(in);
    SideValue y = read(in);
    pair = new Kept(key, ordinal, x, y, (String) in.readObject(), (String) in.readObject());
  }

  private static SideValue read(ObjectInput in) throws IOException, ClassNotFoundException {
    String source = (String) in.readObject();
    Digest digest = in.readBoolean() ? new Digest(in.readLong(), in.readLong()) : null;
    Object value = in.readObject();
    return new SideValue(
        value instanceof double[] numbers ? new DecodedValue.Vector(numbers) : (DecodedValue) value,
        source,
        digest);
  }

  private Object readResolve() {
    return split.equals(UNPLACED) ? pair : new Placed(Split.valueOf(split), pair);
  }
}
