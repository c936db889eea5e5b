// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.image;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.awt.image.Raster;

/** Decodes a JPEG of four components. Its inks are stored inverted. */
final class JpegInks {
  private static final int MIDDLE = 128;
  private static final int WHITE = 255;

  private JpegInks() {}

  /**
   * Makes a picture of stored samples.
   *
   * @param stored bytes of four bands
   * @param chromaAndBlack whether the first three are luminance and chroma
   */
  static BufferedImage picture(Raster stored, boolean chromaAndBlack, Colours colours) {
    int width = stored.getWidth();
    int height = stored.getHeight();
    BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    int[] pixels = ((DataBufferInt) picture.getRaster().getDataBuffer()).getData();
    int[] row = new int[width * Colours.CMYK];
    byte[] inks = new byte[row.length];
    byte[] rgb = new byte[width * Colours.RGB];
    for (int y = 0; y < height; y++) {
      stored.getPixels(stored.getMinX(), stored.getMinY() + y, width, 1, row);
      for (int i = 0; i < row.length; i += Colours.CMYK) {
        if (chromaAndBlack) {
          toRgb(row, i);
        }
        for (int ink = 0; ink < Colours.CMYK; ink++) {
          inks[i + ink] = (byte) (WHITE - row[i + ink]);
        }
      }
      colours.convert(inks, rgb);
      for (int x = 0, i = 0; x < width; x++, i += Colours.RGB) {
        pixels[y * width + x] =
            ((rgb[i] & 0xff) << 16) | ((rgb[i + 1] & 0xff) << 8) | (rgb[i + 2] & 0xff);
      }
    }
    return picture;
  }

  /** Converts luminance and chroma of a YCCK file by JFIF's formula. */
  private static void toRgb(int[] row, int at) {
    int y = row[at];
    int blue = row[at + 1] - MIDDLE;
    int red = row[at + 2] - MIDDLE;
    row[at] = WHITE - clamped(y + 1.402 * red);
    row[at + 1] = WHITE - clamped(y - 0.344136 * blue - 0.714136 * red);
    row[at + 2] = WHITE - clamped(y + 1.772 * blue);
  }

  private static int clamped(double value) {
    return (int) Math.max(0, Math.min(WHITE, Math.round(value)));
  }
}
