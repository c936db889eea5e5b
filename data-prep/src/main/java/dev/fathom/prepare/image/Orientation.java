// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.image;

import java.awt.image.BufferedImage;

/**
 * The orientation of a stored picture, as numbered by EXIF.
 *
 * @param transposed whether rows are stored as columns
 * @param mirrored whether columns then run from right to left
 * @param flipped whether rows then run from bottom to top
 */
record Orientation(boolean transposed, boolean mirrored, boolean flipped) {

  /** The orientation with a number; upright if the number is not 1 to 8. */
  static Orientation of(int number) {
    return switch (number) {
      case 2 -> new Orientation(false, true, false);
      case 3 -> new Orientation(false, true, true);
      case 4 -> new Orientation(false, false, true);
      case 5 -> new Orientation(true, false, false);
      case 6 -> new Orientation(true, true, false);
      case 7 -> new Orientation(true, true, true);
      case 8 -> new Orientation(true, false, true);
      default -> new Orientation(false, false, false);
    };
  }

  /** Turns the picture upright. */
  BufferedImage upright(BufferedImage stored) {
    if (!transposed && !mirrored && !flipped) {
      return stored;
    }
    int width = transposed ? stored.getHeight() : stored.getWidth();
    int height = transposed ? stored.getWidth() : stored.getHeight();
    BufferedImage upright = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int column = mirrored ? width - 1 - x : x;
        int row = flipped ? height - 1 - y : y;
        upright.setRGB(x, y, transposed ? stored.getRGB(row, column) : stored.getRGB(column, row));
      }
    }
    return upright;
  }
}
