// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.image;

import com.drew.imaging.ImageProcessingException;
import com.drew.imaging.jpeg.JpegMetadataReader;
import com.drew.imaging.jpeg.JpegSegmentMetadataReader;
import com.drew.metadata.Metadata;
import com.drew.metadata.MetadataException;
import com.drew.metadata.exif.ExifIFD0Directory;
import com.drew.metadata.exif.ExifReader;
import com.drew.metadata.jpeg.JpegDirectory;
import com.drew.metadata.jpeg.JpegReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;

/**
 * What a JPEG says before its pixels.
 *
 * @param width in pixels, as stored
 * @param height in pixels, as stored
 * @param components 1 grey, 3 colours, 4 CMYK
 * @param orientation how the stored picture lies
 */
record JpegHeader(int width, int height, int components, Orientation orientation) {
  private static final List<JpegSegmentMetadataReader> PARTS =
      List.of(new JpegReader(), new ExifReader());

  /**
   * Reads it.
   *
   * @throws IOException where there is none, or no pixels after it
   */
  static JpegHeader of(byte[] content) throws IOException {
    try {
      Metadata read = JpegMetadataReader.readMetadata(new ByteArrayInputStream(content), PARTS);
      JpegDirectory frame = read.getFirstDirectoryOfType(JpegDirectory.class);
      if (frame == null) {
        throw new IOException("the JPEG has no frame");
      }
      ExifIFD0Directory exif = read.getFirstDirectoryOfType(ExifIFD0Directory.class);
      Integer orientation =
          exif == null ? null : exif.getInteger(ExifIFD0Directory.TAG_ORIENTATION);
      return new JpegHeader(
          frame.getImageWidth(),
          frame.getImageHeight(),
          frame.getNumberOfComponents(),
          Orientation.of(orientation == null ? 1 : orientation));
    } catch (ImageProcessingException | MetadataException e) {
      throw new IOException("the JPEG is broken: " + e.getMessage(), e);
    }
  }
}
