// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.image;

import com.drew.imaging.ImageProcessingException;
import com.drew.imaging.jpeg.JpegMetadataReader;
import com.drew.imaging.jpeg.JpegSegmentData;
import com.drew.imaging.jpeg.JpegSegmentMetadataReader;
import com.drew.imaging.jpeg.JpegSegmentReader;
import com.drew.imaging.jpeg.JpegSegmentType;
import com.drew.lang.SequentialByteArrayReader;
import com.drew.metadata.Metadata;
import com.drew.metadata.MetadataException;
import com.drew.metadata.adobe.AdobeJpegDirectory;
import com.drew.metadata.adobe.AdobeJpegReader;
import com.drew.metadata.exif.ExifIFD0Directory;
import com.drew.metadata.exif.ExifReader;
import com.drew.metadata.jpeg.JpegDirectory;
import com.drew.metadata.jpeg.JpegReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/**
 * The header of a JPEG.
 *
 * @param width in pixels, as stored
 * @param height in pixels, as stored
 * @param components 1 grey, 3 colours, 4 inks
 * @param chromaAndBlack whether the inks are stored as luminance, chroma and black (YCCK)
 * @param profile ICC profile, empty if there is none
 * @param orientation orientation of the stored picture
 */
@SuppressWarnings("ArrayRecordComponent")
record JpegHeader(
    int width,
    int height,
    int components,
    boolean chromaAndBlack,
    byte[] profile,
    Orientation orientation) {
  private static final List<JpegSegmentMetadataReader> PARTS =
      List.of(new JpegReader(), new ExifReader(), new AdobeJpegReader());

  private static final Set<JpegSegmentType> SEGMENTS = EnumSet.of(JpegSegmentType.APP2);

  static {
    PARTS.forEach(part -> part.getSegmentTypes().forEach(SEGMENTS::add));
  }

  /** Baseline, extended and progressive; the last two of arithmetic coding. */
  private static final Set<Integer> PROCESSES = Set.of(0, 1, 2, 9, 10);

  private static final int YCCK = 2;
  private static final String PROFILE = "ICC_PROFILE\0";

  /** Length of the name, the number of a piece of the profile and the number of pieces. */
  private static final int PIECE = PROFILE.length() + 2;

  /**
   * Reads the header.
   *
   * @throws IOException if there is no header, there are no pixels after it, or the kind is not
   *     supported
   */
  static JpegHeader of(byte[] content) throws IOException {
    try {
      JpegSegmentData segments =
          JpegSegmentReader.readSegments(new SequentialByteArrayReader(content), SEGMENTS);
      Metadata read = new Metadata();
      JpegMetadataReader.processJpegSegmentData(read, PARTS, segments);
      JpegDirectory frame = read.getFirstDirectoryOfType(JpegDirectory.class);
      if (frame == null) {
        throw new IOException("the JPEG has no frame");
      }
      requireProcess(frame);
      ExifIFD0Directory exif = read.getFirstDirectoryOfType(ExifIFD0Directory.class);
      Integer orientation =
          exif == null ? null : exif.getInteger(ExifIFD0Directory.TAG_ORIENTATION);
      return new JpegHeader(
          frame.getImageWidth(),
          frame.getImageHeight(),
          frame.getNumberOfComponents(),
          isChromaAndBlack(frame, read.getFirstDirectoryOfType(AdobeJpegDirectory.class)),
          profile(segments.getSegments(JpegSegmentType.APP2)),
          Orientation.of(orientation == null ? 1 : orientation));
    } catch (ImageProcessingException | MetadataException e) {
      throw new IOException("the JPEG is broken: " + e.getMessage(), e);
    }
  }

  private static void requireProcess(JpegDirectory frame) throws IOException, MetadataException {
    int process = frame.getInt(JpegDirectory.TAG_COMPRESSION_TYPE);
    int bits = frame.getInt(JpegDirectory.TAG_DATA_PRECISION);
    int components = frame.getNumberOfComponents();
    if (!PROCESSES.contains(process)) {
      throw new IOException("a JPEG of process %d is not read".formatted(process));
    }
    if (bits != Byte.SIZE) {
      throw new IOException("a JPEG of %d bits is not read".formatted(bits));
    }
    if (components != 1 && components != Colours.RGB && components != Colours.CMYK) {
      throw new IOException("a JPEG of %d components is not read".formatted(components));
    }
  }

  /**
   * Whether inks are stored as luminance, chroma and black. Four components that neither Adobe's
   * marker nor their names call inks have been red, green, blue and alpha as well.
   */
  private static boolean isChromaAndBlack(JpegDirectory frame, AdobeJpegDirectory adobe)
      throws IOException, MetadataException {
    if (frame.getNumberOfComponents() != Colours.CMYK) {
      return false;
    }
    if (adobe != null && adobe.containsTag(AdobeJpegDirectory.TAG_COLOR_TRANSFORM)) {
      return adobe.getInt(AdobeJpegDirectory.TAG_COLOR_TRANSFORM) == YCCK;
    }
    StringBuilder names = new StringBuilder();
    for (int i = 0; i < Colours.CMYK; i++) {
      names.append((char) frame.getComponent(i).getComponentId());
    }
    if (!"CMYK".contentEquals(names)) {
      throw new IOException("a JPEG of four components without Adobe's marker is not read");
    }
    return false;
  }

  /** Joins the pieces of a profile in the order of their numbers; empty unless all are there. */
  private static byte[] profile(Iterable<byte[]> segments) {
    TreeMap<Integer, byte[]> pieces = new TreeMap<>();
    int all = 0;
    for (byte[] segment : segments) {
      if (segment.length > PIECE
          && new String(segment, 0, PROFILE.length(), StandardCharsets.ISO_8859_1)
              .equals(PROFILE)) {
        pieces.put(segment[PIECE - 2] & 0xff, Arrays.copyOfRange(segment, PIECE, segment.length));
        all = segment[PIECE - 1] & 0xff;
      }
    }
    return pieces.size() == all ? joined(pieces.values()) : new byte[0];
  }

  private static byte[] joined(Collection<byte[]> pieces) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    pieces.forEach(joined::writeBytes);
    return joined.toByteArray();
  }
}
