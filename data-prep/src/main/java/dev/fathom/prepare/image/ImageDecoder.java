// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.image;

import com.twelvemonkeys.imageio.plugins.jpeg.JPEGImageReaderSpi;
import com.twelvemonkeys.imageio.plugins.webp.WebPImageReaderSpi;
import dev.fathom.prepare.reject.RejectReason;
import dev.fathom.prepare.reject.RejectedRowException;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.awt.image.Raster;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.stream.ImageInputStream;

/**
 * Decodes picture files into RGB bytes: PNG, JPEG, GIF (its first frame), BMP, WebP and TIFF. What
 * is transparent becomes white before the alpha channel is dropped: the colour under a transparent
 * pixel is arbitrary. A JPEG is turned upright by its EXIF orientation. Holds no state of a
 * picture, but is meant for one thread.
 */
public final class ImageDecoder {
  /** A decoded JPEG has this many times the pixels that are kept, or more, on a side. */
  private static final double FINENESS = 1.5;

  private static final int SHOWN_OF_OTHER_CONTENT = 12;
  private static final JPEGImageReaderSpi JPEGS = new JPEGImageReaderSpi();
  private static final WebPImageReaderSpi WEBPS = new WebPImageReaderSpi();

  static {
    // A cluster node has neither a display nor disk space to spare for ImageIO's copies.
    System.setProperty("java.awt.headless", "true");
    ImageIO.setUseCache(false);
    // It finds the JDK's reader, which it leans on, when it is registered.
    IIORegistry.getDefaultInstance().registerServiceProvider(JPEGS);
  }

  private final ImageSettings settings;

  /** A decoder to pictures of these settings. */
  public ImageDecoder(ImageSettings settings) {
    this.settings = settings;
  }

  /**
   * A picture.
   *
   * @param rgb {@code height × width × 3} bytes, row-major, red green blue
   */
  public record Picture(byte[] rgb, int height, int width) {}

  /**
   * Decodes the content of a picture file.
   *
   * @throws RejectedRowException where it has too many pixels or is no picture
   */
  public Picture decode(byte[] content) throws RejectedRowException {
    try {
      return bytes(resized(read(content)));
    } catch (IOException | RuntimeException | StackOverflowError | OutOfMemoryError e) {
      // Decoders meet broken files with all of these, and none of them is worth the job.
      throw new RejectedRowException(RejectReason.UNREADABLE_IMAGE, reason(e));
    }
  }

  private static String reason(Throwable error) {
    return error instanceof IOException && error.getMessage() != null
        ? error.getMessage()
        : error.toString();
  }

  /** A picture and its own size, of which it may have been decoded to a fraction. */
  private record Decoded(BufferedImage picture, int width, int height) {
    static Decoded whole(BufferedImage picture) {
      return new Decoded(overWhite(picture), picture.getWidth(), picture.getHeight());
    }
  }

  private Decoded read(byte[] content) throws IOException, RejectedRowException {
    return switch (Form.of(content)) {
      case JPEG -> jpeg(content);
      case PNG -> {
        Optional<String> fault = PngChunks.fault(content);
        if (fault.isPresent()) {
          // A header that lies about its size is told as that, and not as a wrong checksum.
          read(content, reader("png"), false);
          throw new IOException("the PNG is broken: " + fault.get());
        }
        yield Decoded.whole(read(content, reader("png"), true));
      }
      case GIF -> Decoded.whole(read(content, reader("gif"), true));
      case BMP -> Decoded.whole(read(content, reader("bmp"), true));
      case TIFF -> Decoded.whole(read(content, reader("tiff"), true));
      case WEBP -> Decoded.whole(read(content, WEBPS.createReaderInstance(null), true));
      case OTHER -> throw new IOException("no picture in a form that is known: " + shown(content));
    };
  }

  /** The forms that are known, by how their files begin. */
  private enum Form {
    JPEG,
    PNG,
    GIF,
    BMP,
    TIFF,
    WEBP,
    OTHER;

    static Form of(byte[] content) {
      String start =
          new String(content, 0, Math.min(content.length, 12), StandardCharsets.ISO_8859_1);
      if (start.startsWith("\u00ff\u00d8\u00ff")) {
        return JPEG;
      }
      if (start.startsWith("\u0089PNG\r\n\u001a\n")) {
        return PNG;
      }
      if (start.startsWith("GIF8")) {
        return GIF;
      }
      if (start.startsWith("BM")) {
        return BMP;
      }
      if (start.startsWith("II*\0") || start.startsWith("MM\0*")) {
        return TIFF;
      }
      return start.startsWith("RIFF") && start.startsWith("WEBP", 8) ? WEBP : OTHER;
    }
  }

  private static String shown(byte[] content) {
    return content.length == 0
        ? "the file is empty"
        : "it begins with '%s'"
            .formatted(
                new String(
                        content,
                        0,
                        Math.min(content.length, SHOWN_OF_OTHER_CONTENT),
                        StandardCharsets.ISO_8859_1)
                    .replaceAll("[^ -~]", "?"));
  }

  private static ImageReader reader(String form) {
    return ImageIO.getImageReadersByFormatName(form).next();
  }

  private Decoded jpeg(byte[] content) throws IOException, RejectedRowException {
    JpegHeader header = JpegHeader.of(content);
    requireDecodable(header.width(), header.height());
    BufferedImage picture = null;
    if (header.components() == 1 || header.components() == 3) {
      int reduction = JpegLibrary.reduction(side(header.width(), header.height()), wanted());
      picture = JpegLibrary.read(content, reduction).orElse(null);
    }
    if (picture == null) {
      picture = overWhite(read(content, JPEGS.createReaderInstance(null), true));
    }
    boolean lies = header.orientation().transposed();
    return new Decoded(
        header.orientation().upright(picture),
        lies ? header.height() : header.width(),
        lies ? header.width() : header.height());
  }

  /** The side of a picture that is held to the size. */
  private int side(int width, int height) {
    return switch (settings.resize()) {
      case BORDER, KEEP_RATIO_LARGEST -> Math.max(width, height);
      case CENTER_CROP, KEEP_RATIO, NO -> Math.min(width, height);
    };
  }

  private double wanted() {
    return settings.resize() == ImageSettings.Resize.NO
        ? Double.POSITIVE_INFINITY
        : FINENESS * settings.size();
  }

  /** Reads the first picture of a file, or only its header, in which case nothing is returned. */
  private BufferedImage read(byte[] content, ImageReader reader, boolean pixels)
      throws IOException, RejectedRowException {
    String[] broken = new String[1];
    try (ImageInputStream in = new PictureInput(content)) {
      reader.addIIOReadWarningListener((source, warning) -> broken[0] = warning);
      reader.setInput(in, true, true);
      requireDecodable(reader.getWidth(0), reader.getHeight(0));
      if (!pixels) {
        return null;
      }
      BufferedImage picture = reader.read(0);
      if (broken[0] != null && isOfBrokenContent(broken[0])) {
        throw new IOException(broken[0]);
      }
      return picture;
    } finally {
      reader.dispose();
    }
  }

  private static boolean isOfBrokenContent(String warning) {
    String words = warning.toLowerCase(Locale.ROOT);
    return words.contains("end of") || words.contains("corrupt") || words.contains("truncated");
  }

  private void requireDecodable(int width, int height) throws RejectedRowException {
    if ((long) width * height > settings.maxPixels()) {
      throw new RejectedRowException(
          RejectReason.TOO_MANY_PIXELS,
          "%d × %d pixels, %d at most".formatted(width, height, settings.maxPixels()));
    }
  }

  private static BufferedImage overWhite(BufferedImage picture) {
    BufferedImage opaque = canvas(picture.getWidth(), picture.getHeight());
    if (picture.getColorModel().getColorSpace().getType() == ColorSpace.TYPE_GRAY) {
      paintGrey(picture, opaque);
    } else {
      paint(picture, opaque, 0, 0);
    }
    return opaque;
  }

  /** Java takes grey values for linear light, which brightens them; files mean sRGB. */
  private static void paintGrey(BufferedImage picture, BufferedImage opaque) {
    Raster raster = picture.getRaster();
    int bands = raster.getNumBands();
    int bits = picture.getColorModel().getComponentSize(0);
    if (bits > Short.SIZE) {
      throw new IllegalArgumentException("grey of " + bits + " bits is not read");
    }
    double most = (1 << bits) - 1;
    int[] row = new int[raster.getWidth() * bands];
    for (int y = 0; y < raster.getHeight(); y++) {
      raster.getPixels(0, y, raster.getWidth(), 1, row);
      for (int x = 0; x < raster.getWidth(); x++) {
        double grey = row[x * bands] / most;
        double alpha = bands > 1 ? row[x * bands + 1] / most : 1;
        int value = (int) Math.round(255 * (1 - alpha + alpha * grey));
        opaque.setRGB(x, y, value << 16 | value << 8 | value);
      }
    }
  }

  private BufferedImage resized(Decoded decoded) {
    int size = settings.size();
    BufferedImage picture = decoded.picture();
    int shorter = Math.min(decoded.width(), decoded.height());
    int longer = Math.max(decoded.width(), decoded.height());
    return switch (settings.resize()) {
      case NO -> picture;
      case KEEP_RATIO -> inProportion(decoded, (double) size / shorter);
      case KEEP_RATIO_LARGEST -> inProportion(decoded, (double) size / longer);
      case CENTER_CROP -> {
        int width = picture.getWidth();
        int height = picture.getHeight();
        int side = Math.min(width, height);
        yield Lanczos.resize(
            picture, (width - side) / 2, (height - side) / 2, side, side, size, size);
      }
      case BORDER -> {
        BufferedImage whole = inProportion(decoded, (double) size / longer);
        BufferedImage square = canvas(size, size);
        paint(whole, square, (size - whole.getWidth()) / 2, (size - whole.getHeight()) / 2);
        yield square;
      }
    };
  }

  private static BufferedImage inProportion(Decoded decoded, double factor) {
    BufferedImage picture = decoded.picture();
    return Lanczos.resize(
        picture,
        0,
        0,
        picture.getWidth(),
        picture.getHeight(),
        Math.max(1, (int) Math.round(decoded.width() * factor)),
        Math.max(1, (int) Math.round(decoded.height() * factor)));
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

  private static Picture bytes(BufferedImage picture) {
    int width = picture.getWidth();
    int height = picture.getHeight();
    int[] packed = ((DataBufferInt) picture.getRaster().getDataBuffer()).getData();
    byte[] bytes = new byte[packed.length * 3];
    for (int i = 0; i < packed.length; i++) {
      bytes[3 * i] = (byte) (packed[i] >> 16);
      bytes[3 * i + 1] = (byte) (packed[i] >> 8);
      bytes[3 * i + 2] = (byte) packed[i];
    }
    return new Picture(bytes, height, width);
  }
}
