// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import dev.fathom.data.Digest;
import dev.fathom.data.Split;
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

  private OutcomeFormat() {}

  /** Writes an outcome. */
  static void write(Outcome outcome, Output out) {
    if (outcome instanceof Outcome.Kept pair) {
      out.writeByte(KEPT);
      write(pair, out);
    } else if (outcome instanceof Outcome.Placed placed) {
      out.writeByte(PLACED + SPLITS.indexOf(placed.split()));
      write(placed.pair(), out);
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
    int kind = in.readByte();
    return switch (kind) {
      case REJECTED -> new Outcome.Rejected(in.readString(), in.readString(), in.readString());
      case HIDDEN -> new Outcome.Hidden(in.readLong());
      case KEPT -> pair(in);
      default -> new Outcome.Placed(SPLITS.get(kind - PLACED), pair(in));
    };
  }

  private static void write(Outcome.Kept pair, Output out) {
    out.writeString(pair.key());
    out.writeLong(pair.ordinal());
    write(pair.x(), out);
    write(pair.y(), out);
    out.writeString(pair.label());
    out.writeString(pair.group());
  }

  private static Outcome.Kept pair(Input in) {
    return new Outcome.Kept(
        in.readString(), in.readLong(), side(in), side(in), in.readString(), in.readString());
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

  private static Outcome.SideValue side(Input in) {
    return new Outcome.SideValue(
        value(in),
        in.readString(),
        in.readBoolean() ? new Digest(in.readLong(), in.readLong()) : null);
  }

  private static void write(DecodedValue value, Output out) {
    if (value instanceof DecodedValue.Vector vector) {
      out.writeByte(VECTOR);
      out.writeInt(vector.values().length);
      out.writeDoubles(vector.values());
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
    int kind = in.readByte();
    return switch (kind) {
      case VECTOR -> new DecodedValue.Vector(in.readDoubles(in.readInt()));
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
