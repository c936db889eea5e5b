// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.image;

import dev.fathom.common.Storage;
import dev.fathom.prepare.reject.RejectReason;
import dev.fathom.prepare.reject.RejectedRowException;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import net.coobird.thumbnailator.Thumbnails;
import net.coobird.thumbnailator.geometry.Positions;
import org.apache.hadoop.fs.Path;

/**
 * Decodes picture files into squares of RGB bytes. What is transparent becomes white before the
 * alpha channel is dropped: the colour under a transparent pixel is arbitrary. Holds no state of a
 * picture, but is meant for one thread.
 */
public final class ImageDecoder {
  /** A picture of more pixels is refused by its header: decoded, it would take 200 MB and more. */
  static final long MAXIMUM_PIXELS = 50_000_000L;

  static final int MAXIMUM_BYTES = 256 << 20;

  static {
    // A cluster node has neither a display nor disk space to spare for ImageIO's copies.
    System.setProperty("java.awt.headless", "true");
    ImageIO.setUseCache(false);
  }

  private final Storage storage;
  private final ImageSettings settings;

  /** A decoder that reads files from this storage. */
  public ImageDecoder(Storage storage, ImageSettings settings) {
    this.storage = storage;
    this.settings = settings;
  }

  /**
   * Reads a picture file.
   *
   * @param folder what a relative name is relative to
   * @param name path or URI
   * @return {@code size × size × 3} bytes, row-major, red green blue
   * @throws RejectedRowException where the file is missing, too large or no picture
   */
  public byte[] read(String folder, String name) throws RejectedRowException {
    return decode(content(path(folder, name)));
  }

  /**
   * Decodes the content of a picture file.
   *
   * @return {@code size × size × 3} bytes, row-major, red green blue
   * @throws RejectedRowException where it is too large or no picture
   */
  byte[] decode(byte[] content) throws RejectedRowException {
    try {
      return bytes(square(overWhite(raster(content))));
    } catch (IOException | RuntimeException | StackOverflowError | OutOfMemoryError e) {
      // Decoders meet broken files with all of these, and none of them is worth the job.
      throw new RejectedRowException(RejectReason.UNREADABLE_IMAGE, e.toString());
    }
  }

  private static Path path(String folder, String name) throws RejectedRowException {
    try {
      return new Path(new Path(folder), name);
    } catch (IllegalArgumentException e) {
      throw new RejectedRowException(RejectReason.MISSING_FILE, "no path: " + e.getMessage());
    }
  }

  private byte[] content(Path file) throws RejectedRowException {
    try (InputStream in = storage.open(file)) {
      byte[] content = in.readNBytes(MAXIMUM_BYTES + 1);
      if (content.length > MAXIMUM_BYTES) {
        throw new RejectedRowException(
            RejectReason.TOO_MANY_BYTES, "more than %d bytes".formatted(MAXIMUM_BYTES));
      }
      return content;
    } catch (UncheckedIOException e) {
      throw new RejectedRowException(
          e.getCause() instanceof FileNotFoundException
              ? RejectReason.MISSING_FILE
              : RejectReason.UNREADABLE_IMAGE,
          e.getCause().toString());
    } catch (IOException | RuntimeException e) {
      throw new RejectedRowException(RejectReason.UNREADABLE_IMAGE, e.toString());
    }
  }

  private static BufferedImage raster(byte[] content) throws IOException, RejectedRowException {
    try (ImageInputStream in = ImageIO.createImageInputStream(new ByteArrayInputStream(content))) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
      if (!readers.hasNext()) {
        throw new RejectedRowException(
            RejectReason.UNREADABLE_IMAGE, "not a picture in a form that is known");
      }
      ImageReader reader = readers.next();
      try {
        reader.setInput(in, true, true);
        requireDecodable(reader.getWidth(0), reader.getHeight(0));
        return reader.read(0);
      } finally {
        reader.dispose();
      }
    }
  }

  private static void requireDecodable(int width, int height) throws RejectedRowException {
    if ((long) width * height > MAXIMUM_PIXELS) {
      throw new RejectedRowException(
          RejectReason.TOO_MANY_PIXELS,
          "%d × %d pixels, %d at most".formatted(width, height, MAXIMUM_PIXELS));
    }
  }

  private static BufferedImage overWhite(BufferedImage picture) {
    BufferedImage opaque = canvas(picture.getWidth(), picture.getHeight());
    paint(picture, opaque, 0, 0);
    return opaque;
  }

  private BufferedImage square(BufferedImage picture) throws IOException {
    int size = settings.size();
    return switch (settings.resize()) {
      case CENTER_CROP ->
          Thumbnails.of(picture).size(size, size).crop(Positions.CENTER).asBufferedImage();
      case BORDER -> {
        BufferedImage whole = Thumbnails.of(picture).size(size, size).asBufferedImage();
        BufferedImage square = canvas(size, size);
        paint(whole, square, (size - whole.getWidth()) / 2, (size - whole.getHeight()) / 2);
        yield square;
      }
    };
  }

  private static BufferedImage canvas(int width, int height) {
    BufferedImage canvas = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = canvas.createGraphics();
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, width, height);
    graphics.dispose();
    return canvas;
  }

  private static void paint(BufferedImage picture, BufferedImage canvas, int left, int top) {
    Graphics2D graphics = canvas.createGraphics();
    graphics.drawImage(picture, left, top, null);
    graphics.dispose();
  }

  private static byte[] bytes(BufferedImage square) {
    int[] packed =
        square.getRGB(0, 0, square.getWidth(), square.getHeight(), null, 0, square.getWidth());
    byte[] bytes = new byte[packed.length * 3];
    for (int i = 0; i < packed.length; i++) {
      bytes[3 * i] = (byte) (packed[i] >> 16);
      bytes[3 * i + 1] = (byte) (packed[i] >> 8);
      bytes[3 * i + 2] = (byte) packed[i];
    }
    return bytes;
  }
}
