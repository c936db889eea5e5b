// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * The sizes in the chunks of a WebP: of the canvas, of its frames, and of the frames' content. The
 * decoder trusts each of them and allocates memory for it.
 */
final class WebpChunks {
  private static final int FIRST = 12;
  private static final int HEAD = 8;
  private static final int LOSSY = fourCharacters('V', 'P', '8', ' ');
  private static final int LOSSLESS = fourCharacters('V', 'P', '8', 'L');
  private static final int CANVAS = fourCharacters('V', 'P', '8', 'X');
  private static final int PROFILE = fourCharacters('I', 'C', 'C', 'P');
  private static final int FRAME = fourCharacters('A', 'N', 'M', 'F');

  /** Number of bytes in a frame before its own chunks. */
  private static final int FRAME_HEAD = 16;

  private static final int SIDE = 0x3fff;
  private static final int SIDE_BITS = 14;
  private static final int LONG_SIDE = 0xffffff;

  private final ByteBuffer file;
  private final List<int[]> sizes = new ArrayList<>();

  private WebpChunks(byte[] webp) {
    file = ByteBuffer.wrap(webp).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Returns all widths and heights in the file.
   *
   * @throws IOException if a chunk, or the profile in one, goes beyond its end
   */
  static List<int[]> sizes(byte[] webp) throws IOException {
    WebpChunks chunks = new WebpChunks(webp);
    // Bytes beyond the length in the file's header are not part of the picture.
    long end = HEAD + Integer.toUnsignedLong(chunks.file.getInt(Integer.BYTES));
    chunks.walk(FIRST, (int) Math.min(webp.length, end));
    return chunks.sizes;
  }

  private void walk(int from, int to) throws IOException {
    int at = from;
    while (to - at >= HEAD) {
      int length = file.getInt(at + Integer.BYTES);
      if (length < 0 || length > to - at - HEAD) {
        throw new IOException("the WebP is broken: it ends within a chunk");
      }
      chunk(file.getInt(at), at + HEAD, length);
      at += HEAD + length + length % 2;
    }
  }

  private void chunk(int type, int data, int length) throws IOException {
    if (type == LOSSY) {
      int sides = file.getInt(data + 6);
      sizes.add(new int[] {sides & SIDE, (sides >>> Short.SIZE) & SIDE});
    } else if (type == LOSSLESS) {
      int sides = file.getInt(data + 1);
      sizes.add(new int[] {(sides & SIDE) + 1, ((sides >>> SIDE_BITS) & SIDE) + 1});
    } else if (type == CANVAS) {
      sizes.add(new int[] {longSide(data + 4), longSide(data + 7)});
    } else if (type == PROFILE) {
      // A profile starts with its size, for which the decoder allocates memory as well.
      int size = Integer.reverseBytes(file.getInt(data));
      if (size < 0 || size > length) {
        throw new IOException("the WebP is broken: its profile is cut off");
      }
    } else if (type == FRAME) {
      sizes.add(new int[] {longSide(data + 6), longSide(data + 9)});
      walk(data + FRAME_HEAD, data + length);
    }
  }

  private int longSide(int at) {
    // The size has three bytes; there is always a byte before them.
    return ((file.getInt(at - 1) >>> Byte.SIZE) & LONG_SIDE) + 1;
  }

  private static int fourCharacters(char a, char b, char c, char d) {
    return a | (b << 8) | (c << 16) | (d << 24);
  }
}
