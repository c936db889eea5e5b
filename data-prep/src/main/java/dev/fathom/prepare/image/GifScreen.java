// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.image;

import java.awt.image.BufferedImage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The screen of a GIF. The first picture may cover only a part of it.
 *
 * @param width of the screen in pixels
 * @param height of the screen in pixels
 * @param left column of the screen that the picture begins in
 * @param top row of the screen that the picture begins in
 */
record GifScreen(int width, int height, int left, int top) {
  private static final int SIGNATURE = 6;
  private static final int HAS_TABLE = 0x80;
  private static final int TABLE_SIZE = 7;
  private static final int EXTENSION = 0x21;

  /** Reads the screen; throws the exception of a buffer if the file ends early. */
  static GifScreen of(byte[] gif) {
    ByteBuffer in = ByteBuffer.wrap(gif).order(ByteOrder.LITTLE_ENDIAN).position(SIGNATURE);
    int width = in.getShort() & 0xffff;
    int height = in.getShort() & 0xffff;
    int flags = in.get();
    int table = (flags & HAS_TABLE) == 0 ? 0 : 3 << ((flags & TABLE_SIZE) + 1);
    // The index of the background and the aspect ratio of a pixel are between them.
    in.position(in.position() + 2 + table);
    while (in.get() == EXTENSION) {
      in.get();
      for (int length = in.get() & 0xff; length > 0; length = in.get() & 0xff) {
        in.position(in.position() + length);
      }
    }
    return new GifScreen(width, height, in.getShort() & 0xffff, in.getShort() & 0xffff);
  }

  /** The picture on a white screen, or alone if it does not fit on the screen. */
  BufferedImage with(BufferedImage picture) {
    boolean fills = picture.getWidth() == width && picture.getHeight() == height;
    if (fills || left + picture.getWidth() > width || top + picture.getHeight() > height) {
      return picture;
    }
    BufferedImage screen = Flattening.canvas(width, height);
    Flattening.paint(picture, screen, left, top);
    return screen;
  }
}
