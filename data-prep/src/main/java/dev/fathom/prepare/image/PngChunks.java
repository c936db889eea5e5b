// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.image;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.InflaterInputStream;

/** The parts of a PNG that the JDK's reader ignores: checksums and colours. */
final class PngChunks {
  private static final int SIGNATURE = 8;
  private static final int AROUND = 12;
  private static final int DATA = 8;
  private static final String HEADER = "IHDR";
  private static final String END = "IEND";
  private static final int DEPTH = 8;
  private static final int KIND = 9;
  private static final int GREY = 0;
  private static final int GREY_AND_ALPHA = 4;
  private static final int CODE_POINTS = 4;
  private static final byte SRGB_PRIMARIES = 1;
  private static final byte SRGB_CURVE = 13;
  private static final double GAMMA_UNIT = 100_000;
  private static final int LARGEST_PROFILE = 1 << 24;

  private PngChunks() {}

  /** The fault of the chunks, if any. A chunk is length, type, data and CRC-32 of type and data. */
  static Optional<String> fault(byte[] png) {
    ByteBuffer buffer = ByteBuffer.wrap(png);
    CRC32 sum = new CRC32();
    int at = SIGNATURE;
    while (png.length - at >= AROUND) {
      int length = buffer.getInt(at);
      if (length < 0 || length > png.length - at - AROUND) {
        return Optional.of("it ends within a chunk");
      }
      sum.reset();
      sum.update(png, at + Integer.BYTES, length + Integer.BYTES);
      if ((int) sum.getValue() != buffer.getInt(at + DATA + length)) {
        return Optional.of("the checksum of a chunk is wrong");
      }
      if (isOf(END, png, at)) {
        return Optional.empty();
      }
      at += AROUND + length;
    }
    return Optional.of("it ends before its last chunk");
  }

  /**
   * The colours of a valid PNG: those of the first of cICP, iCCP, sRGB and gAMA, in the order of
   * the standard. Primaries of cHRM alone are ignored.
   *
   * @throws IOException if cICP is not sRGB's
   */
  static Colours colours(byte[] png, ColourProfiles profiles) throws IOException {
    int components = isGrey(png) ? 1 : Colours.RGB;
    byte[] codePoints = data(png, "cICP");
    if (codePoints.length == CODE_POINTS) {
      if (codePoints[0] != SRGB_PRIMARIES || codePoints[1] != SRGB_CURVE) {
        throw new IOException(
            "a PNG of other colours than sRGB's by cICP (%d, %d) is not read"
                .formatted(codePoints[0] & 0xff, codePoints[1] & 0xff));
      }
      return Colours.plain(components);
    }
    byte[] profile = profile(data(png, "iCCP"));
    if (profile.length > 0) {
      return profiles.colours(profile, components);
    }
    byte[] gamma = data(png, "gAMA");
    if (gamma.length != Integer.BYTES || data(png, "sRGB").length > 0) {
      return Colours.plain(components);
    }
    return Colours.gamma((ByteBuffer.wrap(gamma).getInt() & 0xffffffffL) / GAMMA_UNIT, components);
  }

  private static boolean isGrey(byte[] png) {
    byte kind = header(png, KIND);
    return kind == GREY || kind == GREY_AND_ALPHA;
  }

  private static byte header(byte[] png, int at) {
    byte[] header = data(png, HEADER);
    return at < header.length ? header[at] : -1;
  }

  /**
   * The transparent grey of a PNG with less than 8 bits. The JDK's reader wrongly compares it with
   * values that it has scaled to 8 bits.
   */
  static Optional<Integer> transparentGrey(byte[] png) {
    byte[] grey = data(png, "tRNS");
    return header(png, KIND) == GREY && header(png, DEPTH) < Byte.SIZE && grey.length == 2
        ? Optional.of((int) ByteBuffer.wrap(grey).getShort())
        : Optional.empty();
  }

  /** A copy of the PNG without transparency; its checksums are then wrong. */
  static byte[] opaque(byte[] png) {
    byte[] opaque = png.clone();
    int at = find(png, "tRNS");
    if (at >= 0) {
      System.arraycopy(
          "nONE".getBytes(StandardCharsets.US_ASCII), 0, opaque, at + Integer.BYTES, Integer.BYTES);
    }
    return opaque;
  }

  /**
   * The profile in a chunk, which is a name, a zero, a zero for the method, and the deflated
   * profile.
   */
  private static byte[] profile(byte[] chunk) {
    int name = 0;
    while (name < chunk.length && chunk[name] != 0) {
      name++;
    }
    if (name + 2 >= chunk.length) {
      return new byte[0];
    }
    try (InflaterInputStream in =
        new InflaterInputStream(
            new ByteArrayInputStream(chunk, name + 2, chunk.length - name - 2))) {
      return in.readNBytes(LARGEST_PROFILE);
    } catch (IOException e) {
      // A broken profile is ignored.
      return new byte[0];
    }
  }

  /** The data of the first chunk of a type before the pixels, empty if there is none. */
  private static byte[] data(byte[] png, String type) {
    int at = find(png, type);
    if (at < 0) {
      return new byte[0];
    }
    byte[] data = new byte[ByteBuffer.wrap(png).getInt(at)];
    System.arraycopy(png, at + DATA, data, 0, data.length);
    return data;
  }

  private static int find(byte[] png, String type) {
    ByteBuffer buffer = ByteBuffer.wrap(png);
    int at = SIGNATURE;
    while (png.length - at >= AROUND && !isOf("IDAT", png, at) && !isOf(END, png, at)) {
      if (isOf(type, png, at)) {
        return at;
      }
      at += AROUND + buffer.getInt(at);
    }
    return -1;
  }

  private static boolean isOf(String type, byte[] png, int at) {
    for (int i = 0; i < type.length(); i++) {
      if (png[at + Integer.BYTES + i] != type.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}
