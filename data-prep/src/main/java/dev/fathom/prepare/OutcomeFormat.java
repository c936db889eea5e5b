// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import dev.fathom.data.Digest;
import dev.fathom.data.Split;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The binary form of outcomes in caches and in the shuffle to shards. Java's own serialisation of
 * the records would take several times as long, and every pair is read several times.
 */
final class OutcomeFormat {
  private static final List<Split> SPLITS = List.of(Split.values());

  // The first byte of an outcome. The number of its split is added to that of a placed pair.
  private static final int REJECTED = 0;
  private static final int HIDDEN = 1;
  private static final int KEPT = 2;
  private static final int PLACED = 3;

  // The first byte of a value.
  private static final int VECTOR = 0;
  private static final int VECTOR_COLUMNS = 1;
  private static final int PIXELS = 2;
  private static final int PIXEL_SUMS = 3;
  private static final int TEXT = 4;
  private static final int CAPTION = 5;
  private static final int FEATURES = 6;
  private static final int VECTOR_OF_FLOATS = 7;

  private OutcomeFormat() {}

  /** Writes an outcome. */
  static void write(Outcome outcome, Output out) {
    if (outcome instanceof Outcome.Kept pair) {
      out.writeByte(KEPT);
      writePair(pair, out);
    } else if (outcome instanceof Outcome.Placed placed) {
      out.writeByte(PLACED + SPLITS.indexOf(placed.split()));
      writePair(placed.pair(), out);
    } else if (outcome instanceof Outcome.Rejected row) {
      out.writeByte(REJECTED);
      out.writeString(row.key());
      out.writeString(row.reason());
      out.writeString(row.detail());
    } else {
      out.writeByte(HIDDEN);
      out.writeLong(((Outcome.Hidden) outcome).files());
    }
  }

  /** Reads the next outcome. */
  static Outcome read(Input in) {
    return read(in, true);
  }

  /** Reads the next outcome as {@link Outcome#withoutContent}. */
  static Outcome readWithoutContent(Input in) {
    return read(in, false);
  }

  /** Reads only the key of the next outcome, a pair. */
  static String readKey(Input in) {
    in.readByte();
    return in.readString();
  }

  private static Outcome read(Input in, boolean whole) {
    int kind = in.readByte();
    return switch (kind) {
      case REJECTED -> new Outcome.Rejected(in.readString(), in.readString(), in.readString());
      case HIDDEN -> new Outcome.Hidden(in.readLong());
      case KEPT -> pair(in, whole);
      default -> new Outcome.Placed(SPLITS.get(kind - PLACED), pair(in, whole));
    };
  }

  private static void writePair(Outcome.Kept pair, Output out) {
    out.writeString(pair.key());
    out.writeLong(pair.ordinal());
    write(pair.x(), out);
    write(pair.y(), out);
    out.writeString(pair.label());
    out.writeString(pair.group());
  }

  private static Outcome.Kept pair(Input in, boolean whole) {
    return new Outcome.Kept(
        in.readString(),
        in.readLong(),
        side(in, whole),
        side(in, whole),
        in.readString(),
        in.readString());
  }

  private static void write(Outcome.SideValue side, Output out) {
    write(side.value(), out);
    out.writeString(side.source());
    out.writeBoolean(side.digest() != null);
    if (side.digest() != null) {
      out.writeLong(side.digest().high());
      out.writeLong(side.digest().low());
    }
  }

  private static Outcome.SideValue side(Input in, boolean whole) {
    return new Outcome.SideValue(
        whole ? value(in) : valueWithoutContent(in),
        in.readString(),
        in.readBoolean() ? new Digest(in.readLong(), in.readLong()) : null);
  }

  private static void write(DecodedValue value, Output out) {
    if (value instanceof DecodedValue.Vector vector) {
      write(vector.values(), out);
    } else if (value instanceof DecodedValue.VectorColumns vector) {
      out.writeByte(VECTOR_COLUMNS);
      out.writeInt(vector.columns());
    } else if (value instanceof DecodedValue.Pixels pixels) {
      out.writeByte(PIXELS);
      write(pixels.rgb(), out);
      out.writeInt(pixels.height());
      out.writeInt(pixels.width());
    } else if (value instanceof DecodedValue.PixelSums pixels) {
      out.writeByte(PIXEL_SUMS);
      out.writeLongs(pixels.sums());
      out.writeLongs(pixels.squares());
      out.writeInt(pixels.height());
      out.writeInt(pixels.width());
    } else if (value instanceof DecodedValue.Text text) {
      out.writeByte(TEXT);
      out.writeInt(text.words().size());
      text.words().forEach(out::writeString);
    } else if (value instanceof DecodedValue.Caption caption) {
      out.writeByte(CAPTION);
      out.writeString(caption.text());
      out.writeInt(caption.columns());
    } else {
      DecodedValue.Features features = (DecodedValue.Features) value;
      out.writeByte(FEATURES);
      out.writeInt(features.values().length);
      out.writeFloats(features.values());
      out.writeInt(features.columns());
      write(features.picture(), out);
      out.writeInt(features.size());
    }
  }

  private static DecodedValue value(Input in) {
    return value(in.readByte(), in);
  }

  private static DecodedValue valueWithoutContent(Input in) {
    int kind = in.readByte();
    if (kind != VECTOR && kind != VECTOR_OF_FLOATS) {
      return value(kind, in).withoutContent();
    }
    int columns = in.readInt();
    in.skip(columns * (kind == VECTOR ? Double.BYTES : Float.BYTES));
    return new DecodedValue.VectorColumns(columns);
  }

  private static DecodedValue value(int kind, Input in) {
    return switch (kind) {
      case VECTOR -> new DecodedValue.Vector(doubles(in));
      case VECTOR_OF_FLOATS -> new DecodedValue.Vector(floats(in));
      case VECTOR_COLUMNS -> new DecodedValue.VectorColumns(in.readInt());
      case PIXELS -> new DecodedValue.Pixels(bytes(in), in.readInt(), in.readInt());
      case PIXEL_SUMS ->
          new DecodedValue.PixelSums(
              in.readLongs(Moments.CHANNELS),
              in.readLongs(Moments.CHANNELS),
              in.readInt(),
              in.readInt());
      case TEXT -> text(in);
      case CAPTION -> new DecodedValue.Caption(in.readString(), in.readInt());
      case FEATURES ->
          new DecodedValue.Features(
              in.readFloats(in.readInt()), in.readInt(), bytes(in), in.readInt());
      default -> throw new IllegalStateException("no value starts with " + kind);
    };
  }

  /** Writes a vector, in half the bytes if its numbers came from floats. */
  private static void write(double[] values, Output out) {
    boolean wide = false;
    for (double value : values) {
      wide |= (float) value != value;
    }
    ByteBuffer bytes = ByteBuffer.allocate(values.length * (wide ? Double.BYTES : Float.BYTES));
    if (wide) {
      bytes.asDoubleBuffer().put(values);
    } else {
      for (double value : values) {
        bytes.putFloat((float) value);
      }
    }
    out.writeByte(wide ? VECTOR : VECTOR_OF_FLOATS);
    out.writeInt(values.length);
    out.writeBytes(bytes.array());
  }

  private static double[] doubles(Input in) {
    double[] values = new double[in.readInt()];
    ByteBuffer.wrap(in.readBytes(values.length * Double.BYTES)).asDoubleBuffer().get(values);
    return values;
  }

  private static double[] floats(Input in) {
    double[] values = new double[in.readInt()];
    ByteBuffer bytes = ByteBuffer.wrap(in.readBytes(values.length * Float.BYTES));
    for (int i = 0; i < values.length; i++) {
      values[i] = bytes.getFloat();
    }
    return values;
  }

  private static DecodedValue.Text text(Input in) {
    int count = in.readInt();
    ArrayList<String> words = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      words.add(in.readString());
    }
    return new DecodedValue.Text(words);
  }

  private static void write(byte[] bytes, Output out) {
    out.writeInt(bytes.length);
    out.writeBytes(bytes);
  }

  private static byte[] bytes(Input in) {
    return in.readBytes(in.readInt());
  }
}
