// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The size of a BMP, for pictures that the JDK's reader refuses as too large without saying their
 * size.
 *
 * @param width in pixels
 * @param height in pixels, for either order of the rows
 */
record BmpHeader(long width, long height) {
  private static final int LENGTH = 14;
  private static final int SIDES = 18;

  /** Length of the oldest form of the header, which has sides of two bytes. */
  private static final int OLDEST = 12;

  /** Reads the size; throws the exception of a buffer if the file ends early. */
  static BmpHeader of(byte[] bmp) {
    ByteBuffer in = ByteBuffer.wrap(bmp).order(ByteOrder.LITTLE_ENDIAN);
    return in.getInt(LENGTH) == OLDEST
        ? new BmpHeader(in.getShort(SIDES) & 0xffff, in.getShort(SIDES + Short.BYTES) & 0xffff)
        : new BmpHeader(in.getInt(SIDES), Math.abs((long) in.getInt(SIDES + Integer.BYTES)));
  }
}
