// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.image;

import com.twelvemonkeys.imageio.plugins.jpeg.JPEGImageReaderSpi;
import com.twelvemonkeys.imageio.plugins.tiff.TIFFImageReaderSpi;
import com.twelvemonkeys.imageio.plugins.webp.WebPImageReaderSpi;
import dev.fathom.data.Backbone;
import dev.fathom.data.PictureEncoding;
import dev.fathom.prepare.reject.RejectReason;
import dev.fathom.prepare.reject.RejectedRowException;
import java.awt.Color;
import java.awt.Rectangle;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.awt.image.Raster;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.stream.ImageInputStream;

/**
 * Decodes picture files into RGB bytes: PNG, JPEG, GIF (its first frame), BMP, WebP and TIFF.
 * Transparency is flattened over white before the alpha channel is dropped, as the colour under a
 * transparent pixel is arbitrary. Colours are converted to sRGB if the file declares others. JPEG
 * and TIFF are turned upright. A decoder keeps nothing of a picture, but is meant for one thread.
 */
public final class ImageDecoder {
  /** Smallest ratio of a decoded JPEG's side to that of the result. */
  private static final double FINENESS = 1.5;

  private static final int SHOWN_OF_OTHER_CONTENT = 12;
  private static final JPEGImageReaderSpi JPEGS = new JPEGImageReaderSpi();
  private static final TIFFImageReaderSpi TIFFS = new TIFFImageReaderSpi();
  private static final WebPImageReaderSpi WEBPS = new WebPImageReaderSpi();

  static {
    // A cluster node has neither a display nor disk space to spare for ImageIO's copies.
    System.setProperty("java.awt.headless", "true");
    ImageIO.setUseCache(false);
    // This reader looks for the JDK's reader, which it uses, when it is registered.
    IIORegistry.getDefaultInstance().registerServiceProvider(JPEGS);
  }

  private final ImageSettings settings;
  private final Backbone.Filter filter;
  private final double crop;
  private final ColourProfiles profiles = new ColourProfiles();

  /** Creates a decoder with these settings. */
  public ImageDecoder(ImageSettings settings) {
    this(settings, Backbone.Filter.LANCZOS, 1);
  }

  private ImageDecoder(ImageSettings settings, Backbone.Filter filter, double crop) {
    this.settings = settings;
    this.filter = filter;
    this.crop = crop;
  }

  /**
   * Creates a decoder for a frozen network's input.
   *
   * @param maxPixels number of pixels above which a picture is refused
   */
  public static ImageDecoder of(Backbone.Picture input, long maxPixels) {
    boolean whole = input.crop() == 0;
    return new ImageDecoder(
        new ImageSettings(
            input.size(),
            whole ? ImageSettings.Resize.BORDER : ImageSettings.Resize.CENTER_CROP,
            PictureEncoding.RAW,
            maxPixels),
        input.filter(),
        whole ? 1 : input.crop());
  }

  /**
   * A decoded picture.
   *
   * @param rgb {@code height × width × 3} bytes, row-major, red green blue
   */
  public record Picture(byte[] rgb, int height, int width) {

    /** Returns the picture in another size. */
    public Picture resized(int toHeight, int toWidth, Backbone.Filter by) {
      if (toHeight == height && toWidth == width) {
        return this;
      }
      BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
      int[] packed = ((DataBufferInt) picture.getRaster().getDataBuffer()).getData();
      for (int i = 0; i < packed.length; i++) {
        packed[i] =
            (rgb[3 * i] & 0xff) << 16 | (rgb[3 * i + 1] & 0xff) << 8 | (rgb[3 * i + 2] & 0xff);
      }
      return bytes(Resampling.resize(picture, new Rectangle(width, height), toWidth, toHeight, by));
    }
  }

  /**
   * Decodes the content of a picture file.
   *
   * @throws RejectedRowException if it has too many pixels, is not a picture, or has colours that
   *     are not supported
   * @throws OutOfMemoryError if there is too little memory at the moment, which says nothing about
   *     the picture
   */
  public Picture decode(byte[] content) throws RejectedRowException {
    try {
      return bytes(resized(read(content)));
    } catch (IOException | RuntimeException | StackOverflowError e) {
      // Decoders throw all of these for broken files, and none of them may end the job.
      throw new RejectedRowException(RejectReason.UNREADABLE_IMAGE, reason(e));
    }
  }

  private static String reason(Throwable error) {
    return error instanceof IOException && error.getMessage() != null
        ? error.getMessage()
        : error.toString();
  }

  /** A picture, possibly decoded to a fraction of its size, and its original size. */
  private record Decoded(BufferedImage picture, int width, int height) {
    static Decoded whole(BufferedImage picture) {
      return new Decoded(picture, picture.getWidth(), picture.getHeight());
    }
  }

  private Decoded read(byte[] content) throws IOException, RejectedRowException {
    return switch (Form.of(content)) {
      case JPEG -> jpeg(content);
      case PNG -> Decoded.whole(png(content));
      case GIF -> Decoded.whole(gif(content));
      case BMP -> Decoded.whole(bmp(content));
      case TIFF -> Decoded.whole(tiff(content));
      case WEBP -> Decoded.whole(webp(content));
      case OTHER -> throw new IOException("no picture in a form that is known: " + shown(content));
    };
  }

  /** The file formats, recognised by the first bytes. */
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
      if (start.startsWith("II*\0")
          || start.startsWith("MM\0*")
          || start.startsWith("II+\0")
          || start.startsWith("MM\0+")) {
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
    BufferedImage picture = pixels(content, header);
    boolean lies = header.orientation().transposed();
    return new Decoded(
        header.orientation().upright(picture),
        lies ? header.height() : header.width(),
        lies ? header.width() : header.height());
  }

  private BufferedImage pixels(byte[] content, JpegHeader header)
      throws IOException, RejectedRowException {
    Colours colours = profiles.colours(header.profile(), header.components());
    if (header.components() == Colours.CMYK) {
      Raster stored = read(content, JPEGS.createReaderInstance(null), r -> r.readRaster(0, null));
      return JpegInks.picture(stored, header.chromaAndBlack(), colours);
    }
    int reduction = JpegLibrary.reduction(side(header.width(), header.height()), wanted());
    Optional<BufferedImage> picture = JpegLibrary.read(content, header, reduction);
    if (picture.isPresent()) {
      return colours.arePlain() ? picture.get() : Flattening.overWhite(picture.get(), colours);
    }
    BufferedImage slow = read(content, JPEGS.createReaderInstance(null), r -> r.read(0));
    // This decoder has converted colours to sRGB, but left grey as stored.
    return Flattening.overWhite(
        slow, header.components() == 1 ? colours : Colours.plain(header.components()));
  }

  private BufferedImage png(byte[] content) throws IOException, RejectedRowException {
    Optional<String> fault = PngChunks.fault(content);
    if (fault.isPresent()) {
      // A header with a wrong size must be reported as such, not as a wrong checksum.
      read(content, reader("png"), ImageReader::getFormatName);
      throw new IOException("the PNG is broken: " + fault.get());
    }
    Colours colours = PngChunks.colours(content, profiles);
    Optional<Integer> transparent = PngChunks.transparentGrey(content);
    byte[] readable = transparent.isPresent() ? PngChunks.opaque(content) : content;
    BufferedImage stored = read(readable, reader("png"), r -> r.read(0));
    BufferedImage picture = Flattening.overWhite(stored, colours);
    transparent.ifPresent(grey -> whiten(picture, stored.getRaster(), grey));
    return picture;
  }

  private static void whiten(BufferedImage picture, Raster stored, int grey) {
    for (int y = 0; y < picture.getHeight(); y++) {
      for (int x = 0; x < picture.getWidth(); x++) {
        if (stored.getSample(x, y, 0) == grey) {
          picture.setRGB(x, y, Color.WHITE.getRGB());
        }
      }
    }
  }

  private BufferedImage gif(byte[] content) throws IOException, RejectedRowException {
    GifScreen screen = GifScreen.of(content);
    requireDecodable(screen.width(), screen.height());
    return screen.with(overWhite(content, reader("gif")));
  }

  private BufferedImage bmp(byte[] content) throws IOException, RejectedRowException {
    BmpHeader header = BmpHeader.of(content);
    requireDecodable(header.width(), header.height());
    return overWhite(content, reader("bmp"));
  }

  private BufferedImage tiff(byte[] content) throws IOException, RejectedRowException {
    TiffHeader header = TiffHeader.of(content);
    requireDecodable(header.width(), header.height());
    requireDecodable(header.tile(), 1);
    BufferedImage picture =
        read(
            content,
            TIFFS.createReaderInstance(null),
            r -> {
              // By default the reader takes any fourth sample for one kind of alpha channel.
              ImageReadParam asStored = r.getDefaultReadParam();
              asStored.setDestinationType(r.getRawImageType(0));
              return r.read(0, asStored);
            });
    Colours colours = profiles.colours(header.profile(), header.components());
    return header.orientation().upright(Flattening.overWhite(picture, colours));
  }

  private BufferedImage webp(byte[] content) throws IOException, RejectedRowException {
    for (int[] size : WebpChunks.sizes(content)) {
      requireDecodable(size[0], size[1]);
    }
    return overWhite(content, WEBPS.createReaderInstance(null));
  }

  /** The side of a picture that is scaled to the size. */
  private int side(int width, int height) {
    return switch (settings.resize()) {
      case BORDER, KEEP_RATIO_LARGEST -> Math.max(width, height);
      case CENTER_CROP, KEEP_RATIO, NO -> Math.min(width, height);
    };
  }

  private double wanted() {
    return settings.resize() == ImageSettings.Resize.NO
        ? Double.POSITIVE_INFINITY
        : FINENESS * settings.size() / crop;
  }

  private BufferedImage overWhite(byte[] content, ImageReader reader)
      throws IOException, RejectedRowException {
    BufferedImage picture = read(content, reader, r -> r.read(0));
    boolean grey = picture.getColorModel().getColorSpace().getType() == ColorSpace.TYPE_GRAY;
    return Flattening.overWhite(picture, Colours.plain(grey ? 1 : Colours.RGB));
  }

  /** Reads a file once its size is known. */
  private interface Reading<T> {
    T of(ImageReader reader) throws IOException;
  }

  private <T> T read(byte[] content, ImageReader reader, Reading<T> reading)
      throws IOException, RejectedRowException {
    String[] broken = new String[1];
    try (ImageInputStream in = new PictureInput(content)) {
      reader.addIIOReadWarningListener((source, warning) -> broken[0] = warning);
      reader.setInput(in, true, true);
      requireDecodable(reader.getWidth(0), reader.getHeight(0));
      T read = reading.of(reader);
      if (broken[0] != null && isOfBrokenContent(broken[0])) {
        throw new IOException(broken[0]);
      }
      return read;
    } finally {
      reader.dispose();
    }
  }

  private static boolean isOfBrokenContent(String warning) {
    String words = warning.toLowerCase(Locale.ROOT);
    // A broken profile is ignored.
    return !words.contains("profile")
        && (words.contains("end of") || words.contains("corrupt") || words.contains("truncated"));
  }

  private void requireDecodable(long width, long height) throws RejectedRowException {
    // One side is compared first, as the product of both could overflow.
    if (Math.max(width, height) > settings.maxPixels() || width * height > settings.maxPixels()) {
      throw new RejectedRowException(
          RejectReason.TOO_MANY_PIXELS,
          "%d × %d pixels, %d at most".formatted(width, height, settings.maxPixels()));
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
        int side = (int) Math.max(1, Math.round(crop * Math.min(width, height)));
        Rectangle middle = new Rectangle((width - side) / 2, (height - side) / 2, side, side);
        yield Resampling.resize(picture, middle, size, size, filter);
      }
      case BORDER -> {
        BufferedImage whole = inProportion(decoded, (double) size / longer);
        BufferedImage square = Flattening.canvas(size, size);
        Flattening.paint(
            whole, square, (size - whole.getWidth()) / 2, (size - whole.getHeight()) / 2);
        yield square;
      }
    };
  }

  private BufferedImage inProportion(Decoded decoded, double factor) {
    BufferedImage picture = decoded.picture();
    return Resampling.resize(
        picture,
        new Rectangle(picture.getWidth(), picture.getHeight()),
        Math.max(1, (int) Math.round(decoded.width() * factor)),
        Math.max(1, (int) Math.round(decoded.height() * factor)),
        filter);
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
