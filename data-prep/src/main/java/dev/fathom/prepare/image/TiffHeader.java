// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.image;

import com.twelvemonkeys.imageio.metadata.CompoundDirectory;
import com.twelvemonkeys.imageio.metadata.Directory;
import com.twelvemonkeys.imageio.metadata.Entry;
import com.twelvemonkeys.imageio.metadata.tiff.TIFF;
import com.twelvemonkeys.imageio.metadata.tiff.TIFFReader;
import java.io.IOException;
import java.lang.reflect.Array;
import java.util.Arrays;
import java.util.Set;
import javax.imageio.stream.ImageInputStream;

/**
 * The header of a TIFF's first page. Only kinds whose pixels were compared with another decoder's
 * are accepted: the format has more colour spaces and sample formats than any decoder gets right.
 *
 * @param width in pixels, as stored
 * @param height in pixels, as stored
 * @param tile number of pixels in a tile, 1 if there are none
 * @param components 1 grey, 3 colours, 4 inks
 * @param profile ICC profile, empty if there is none
 * @param orientation orientation of the stored picture
 */
@SuppressWarnings("ArrayRecordComponent")
record TiffHeader(
    long width, long height, long tile, int components, byte[] profile, Orientation orientation) {
  private static final int UNSIGNED = 1;
  private static final int UNDEFINED = 4;
  private static final int PLANAR = 2;
  private static final int NO_PREDICTOR = 1;
  private static final int DIFFERENCES = 2;
  private static final int JPEG = 7;
  private static final int MOST_SAMPLES = 8;

  private static final int WHITE_IS_ZERO = 0;
  private static final int BLACK_IS_ZERO = 1;
  private static final int RGB = 2;
  private static final int PALETTE = 3;
  private static final int INKS = 5;
  private static final int LUMINANCE_AND_CHROMA = 6;

  /**
   * The supported compressions: none, three of fax, LZW, JPEG, Deflate under its two numbers,
   * PackBits.
   */
  private static final Set<Integer> COMPRESSIONS = Set.of(1, 2, 3, 4, 5, JPEG, 8, 32946, 32773);

  /**
   * Reads the header.
   *
   * @throws IOException if there is no header, or the kind is not supported
   */
  static TiffHeader of(byte[] content) throws IOException {
    try (ImageInputStream in = new PictureInput(content)) {
      CompoundDirectory pages = (CompoundDirectory) new TIFFReader().read(in);
      if (pages.directoryCount() == 0) {
        throw new IOException("the TIFF has no page");
      }
      return new Page(pages.getDirectory(0)).header();
    }
  }

  /** The fields of a page. */
  private record Page(Directory fields) {

    TiffHeader header() throws IOException {
      int photometric = (int) first(TIFF.TAG_PHOTOMETRIC_INTERPRETATION, -1);
      int components =
          switch (photometric) {
            case WHITE_IS_ZERO, BLACK_IS_ZERO -> 1;
            case RGB, PALETTE, LUMINANCE_AND_CHROMA -> Colours.RGB;
            case INKS -> Colours.CMYK;
            default -> throw notRead("photometric interpretation " + photometric);
          };
      requireSamples(photometric, components);
      requireStorage(photometric);
      long width = first(TIFF.TAG_IMAGE_WIDTH, 0);
      long height = first(TIFF.TAG_IMAGE_HEIGHT, 0);
      if (width <= 0 || height <= 0) {
        throw new IOException("the TIFF is broken: it is %d × %d pixels".formatted(width, height));
      }
      return new TiffHeader(
          width,
          height,
          tileSide(TIFF.TAG_TILE_WIDTH) * tileSide(TIFF.TAG_TILE_HEIGTH),
          components,
          profile(),
          Orientation.of((int) first(TIFF.TAG_ORIENTATION, 1)));
    }

    private long tileSide(int tag) throws IOException {
      return Math.min(first(tag, 1), Integer.MAX_VALUE);
    }

    private byte[] profile() {
      Entry entry = fields.getEntryById(TIFF.TAG_ICC_PROFILE);
      return entry != null && entry.getValue() instanceof byte[] profile ? profile : new byte[0];
    }

    private void requireSamples(int photometric, int components) throws IOException {
      long[] formats = all(TIFF.TAG_SAMPLE_FORMAT, UNSIGNED);
      if (Arrays.stream(formats).anyMatch(format -> format != UNSIGNED && format != UNDEFINED)) {
        throw notRead("signed, floating or complex samples");
      }
      long[] bits = all(TIFF.TAG_BITS_PER_SAMPLE, 1);
      if (Arrays.stream(bits).distinct().count() > 1 || !mayBe(photometric, bits[0])) {
        throw notRead("photometric %d of %s bits".formatted(photometric, Arrays.toString(bits)));
      }
      long samples = first(TIFF.TAG_SAMPLES_PER_PIXEL, 1);
      long own = photometric == PALETTE ? 1 : components;
      boolean alone =
          bits[0] < Byte.SIZE
              || photometric == WHITE_IS_ZERO
              || photometric == PALETTE
              || photometric == LUMINANCE_AND_CHROMA;
      if (samples < own || samples > (alone ? own : MOST_SAMPLES)) {
        throw notRead("photometric %d of %d samples".formatted(photometric, samples));
      }
      if (photometric == INKS
          && (first(TIFF.TAG_INK_SET, 1) != 1 || first(TIFF.TAG_NUMBER_OF_INKS, own) != own)) {
        throw notRead("inks other than cyan, magenta, yellow and black");
      }
    }

    private static boolean mayBe(int photometric, long bits) {
      return switch (photometric) {
        case WHITE_IS_ZERO, BLACK_IS_ZERO -> Set.of(1L, 2L, 4L, 8L, 16L).contains(bits);
        case PALETTE -> Set.of(1L, 2L, 4L, 8L).contains(bits);
        case LUMINANCE_AND_CHROMA -> bits == Byte.SIZE;
        default -> bits == Byte.SIZE || bits == Short.SIZE;
      };
    }

    private void requireStorage(int photometric) throws IOException {
      int compression = (int) first(TIFF.TAG_COMPRESSION, 1);
      boolean planar = first(TIFF.TAG_PLANAR_CONFIGURATION, 1) == PLANAR;
      if (!COMPRESSIONS.contains(compression)) {
        throw notRead("compression " + compression);
      }
      long predictor = first(TIFF.TAG_PREDICTOR, NO_PREDICTOR);
      if (predictor != NO_PREDICTOR && predictor != DIFFERENCES) {
        throw notRead("predictor " + predictor);
      }
      if (planar && (compression == JPEG || photometric == LUMINANCE_AND_CHROMA)) {
        throw notRead("photometric %d in planes".formatted(photometric));
      }
    }

    private long first(int tag, long otherwise) throws IOException {
      return all(tag, otherwise)[0];
    }

    private long[] all(int tag, long otherwise) throws IOException {
      Entry entry = fields.getEntryById(tag);
      if (entry == null) {
        return new long[] {otherwise};
      }
      Object value = entry.getValue();
      if (value instanceof Number number) {
        return new long[] {number.longValue()};
      }
      if (value == null || !value.getClass().isArray() || Array.getLength(value) == 0) {
        throw new IOException("the TIFF is broken: field %d is no number".formatted(tag));
      }
      long[] all = new long[Math.min(Array.getLength(value), MOST_SAMPLES)];
      for (int i = 0; i < all.length; i++) {
        all[i] = ((Number) Array.get(value, i)).longValue();
      }
      return all;
    }

    private static IOException notRead(String what) {
      return new IOException("a TIFF of " + what + " is not read");
    }
  }
}
