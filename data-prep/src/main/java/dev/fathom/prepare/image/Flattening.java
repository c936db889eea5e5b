// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.image;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.DataBufferInt;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;

/** Converts decoded pictures to 8-bit sRGB over white. */
final class Flattening {
  private static final int OPAQUE = 255;

  private Flattening() {}

  /**
   * Paints a picture over white.
   *
   * @param colours the meaning of its samples
   */
  static BufferedImage overWhite(BufferedImage picture, Colours colours) {
    boolean coloured = picture.getColorModel().getColorSpace().getType() == ColorSpace.TYPE_RGB;
    if (coloured && colours.arePlain() && colours.components() == Colours.RGB) {
      BufferedImage opaque = canvas(picture.getWidth(), picture.getHeight());
      paint(picture, opaque, 0, 0);
      return opaque;
    }
    return new Rows(picture, colours).overWhite();
  }

  /** Creates a white picture. */
  static BufferedImage canvas(int width, int height) {
    BufferedImage canvas = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = canvas.createGraphics();
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, width, height);
    graphics.dispose();
    return canvas;
  }

  /** Paints a picture of sRGB over another. */
  static void paint(BufferedImage picture, BufferedImage canvas, int left, int top) {
    Graphics2D graphics = canvas.createGraphics();
    graphics.drawImage(picture, left, top, null);
    graphics.dispose();
  }

  /**
   * Converts row by row from the stored samples. Java's own conversion takes grey for linear light,
   * which brightens it, and supports neither inks nor a separate profile.
   */
  private static final class Rows {
    private final BufferedImage picture;
    private final Colours colours;
    private final int width;

    /** The colours of a palette as alpha, red, green and blue; empty if there is none. */
    private final int[] palette;

    private final int channels;
    private final boolean translucent;
    private final boolean premultiplied;
    private final int most;

    private final int[] stored;
    private final byte[] samples;
    private final byte[] rgb;
    private final int[] alpha;

    Rows(BufferedImage picture, Colours colours) {
      this.picture = picture;
      this.colours = colours;
      width = picture.getWidth();
      ColorModel model = picture.getColorModel();
      palette = model instanceof IndexColorModel indexed ? colours(indexed) : new int[0];
      channels = palette.length > 0 ? Colours.RGB : model.getNumColorComponents();
      translucent = model.hasAlpha();
      premultiplied = model.isAlphaPremultiplied() && palette.length == 0;
      int bits = model.getComponentSize(0);
      if (bits > Short.SIZE) {
        throw new IllegalArgumentException("samples of " + bits + " bits are not read");
      }
      if (channels != colours.components() && colours.components() != 1) {
        throw new IllegalArgumentException(
            "%d components where %d are said".formatted(channels, colours.components()));
      }
      most = (1 << bits) - 1;
      stored = new int[width * picture.getRaster().getNumBands()];
      samples = new byte[width * colours.components()];
      rgb = new byte[width * Colours.RGB];
      alpha = new int[width];
    }

    private static int[] colours(IndexColorModel model) {
      int[] colours = new int[model.getMapSize()];
      model.getRGBs(colours);
      return colours;
    }

    BufferedImage overWhite() {
      BufferedImage opaque =
          new BufferedImage(width, picture.getHeight(), BufferedImage.TYPE_INT_RGB);
      int[] pixels = ((DataBufferInt) opaque.getRaster().getDataBuffer()).getData();
      Raster raster = picture.getRaster();
      for (int y = 0; y < picture.getHeight(); y++) {
        raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, stored);
        for (int x = 0; x < width; x++) {
          take(x, stored.length / width);
        }
        colours.convert(samples, rgb);
        for (int x = 0; x < width; x++) {
          pixels[y * width + x] = (over(x, 0) << 16) | (over(x, 1) << 8) | over(x, 2);
        }
      }
      return opaque;
    }

    private void take(int x, int bands) {
      int components = colours.components();
      if (palette.length > 0) {
        int colour = palette[stored[x * bands]];
        alpha[x] = colour >>> 24;
        for (int i = 0; i < components; i++) {
          samples[x * components + i] = (byte) (colour >> (8 * (2 - i)));
        }
        return;
      }
      int opacity = translucent ? stored[x * bands + channels] : most;
      alpha[x] = (opacity * OPAQUE + most / 2) / most;
      for (int i = 0; i < components; i++) {
        samples[x * components + i] = (byte) sample(stored[x * bands + i], opacity);
      }
    }

    /** A sample of 8 bits, as it was before the alpha channel was multiplied into it. */
    private int sample(int value, int opacity) {
      int whole = premultiplied ? opacity : most;
      return whole == 0 ? 0 : (int) Math.min(OPAQUE, ((long) value * OPAQUE + whole / 2) / whole);
    }

    private int over(int x, int channel) {
      int colour = rgb[x * Colours.RGB + channel] & 0xff;
      return (colour * alpha[x] + OPAQUE * (OPAQUE - alpha[x]) + OPAQUE / 2) / OPAQUE;
    }
  }
}
