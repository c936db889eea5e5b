// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/** Picture files for tests. */
public final class Pictures {
  private Pictures() {}

  /** A picture of one colour, transparent where the colour is. */
  public static BufferedImage plain(int width, int height, Color colour) {
    BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_ARGB);
    fill(picture, colour);
    return picture;
  }

  /** The content of a PNG file. */
  public static byte[] png(BufferedImage picture) {
    return encoded(picture, "png");
  }

  /** The content of a JPEG file. */
  public static byte[] jpeg(int width, int height, Color colour) {
    BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    fill(picture, colour);
    return encoded(picture, "jpg");
  }

  /** Writes a PNG file of one colour. */
  static void write(Path file, Color colour) {
    try {
      Files.createDirectories(file.getParent());
      Files.write(file, png(plain(8, 8, colour)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void fill(BufferedImage picture, Color colour) {
    Graphics2D graphics = picture.createGraphics();
    graphics.setColor(colour);
    graphics.fillRect(0, 0, picture.getWidth(), picture.getHeight());
    graphics.dispose();
  }

  private static byte[] encoded(BufferedImage picture, String form) {
    try {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      if (!ImageIO.write(picture, form, out)) {
        throw new IllegalArgumentException("no writer for " + form);
      }
      return out.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
