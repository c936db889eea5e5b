// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.image;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.io.IOException;
import java.util.Optional;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.leptonica.PIX;
import org.bytedeco.leptonica.global.lept;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The native JPEG decoder, libjpeg-turbo through Leptonica. It can decode to a half, a quarter or
 * an eighth of each side, at a fraction of the cost. On platforms without it, the decoder of the
 * JDK is used.
 */
final class JpegLibrary {
  private static final Logger LOG = LoggerFactory.getLogger(JpegLibrary.class);
  private static final boolean LOADED = load();
  private static final int COARSEST = 8;

  private JpegLibrary() {}

  private static boolean load() {
    try {
      Loader.load(lept.class);
      lept.setMsgSeverity(lept.L_SEVERITY_NONE);
      return true;
    } catch (LinkageError | RuntimeException e) {
      LOG.warn("No native JPEG decoder for this platform, the JDK's is slower: {}", e.toString());
      return false;
    }
  }

  /**
   * Decodes a JPEG of one or three components.
   *
   * @param header header of the JPEG
   * @param reduction divisor of the sides, 1, 2, 4 or 8; sides are rounded up
   * @return the picture, or empty if there is no native decoder
   * @throws IOException if the file is broken
   * @throws OutOfMemoryError if there is no memory for its pixels
   */
  static Optional<BufferedImage> read(byte[] content, JpegHeader header, int reduction)
      throws IOException {
    if (!LOADED) {
      return Optional.empty();
    }
    try (BytePointer bytes = new BytePointer(content);
        IntPointer warnings = new IntPointer(1)) {
      PIX decoded = decoded(bytes, reduction, warnings);
      if (decoded == null) {
        requireMemory(header.width() / reduction, header.height() / reduction);
        throw new IOException("the JPEG is broken");
      }
      PIX colours = lept.pixConvertTo32(decoded);
      try {
        if (colours == null) {
          throw new OutOfMemoryError("no memory for the pixels of a JPEG");
        }
        return Optional.of(picture(colours));
      } finally {
        lept.pixDestroy(decoded);
        if (colours != null) {
          lept.pixDestroy(colours);
        }
      }
    }
  }

  private static PIX decoded(BytePointer bytes, int reduction, IntPointer warnings) {
    NativeErrors.mute();
    try {
      return lept.pixReadMemJpeg(bytes, bytes.limit(), 0, reduction, warnings, 0);
    } finally {
      NativeErrors.unmute();
    }
  }

  /** Fails if there is no memory for the pixels, so that the JPEG is not taken for broken. */
  private static void requireMemory(int width, int height) {
    PIX room = lept.pixCreateNoInit(Math.max(1, width), Math.max(1, height), Integer.SIZE);
    if (room == null) {
      throw new OutOfMemoryError("no memory for the pixels of a JPEG");
    }
    lept.pixDestroy(room);
  }

  private static BufferedImage picture(PIX colours) {
    int width = lept.pixGetWidth(colours);
    int height = lept.pixGetHeight(colours);
    BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    int[] packed = ((DataBufferInt) picture.getRaster().getDataBuffer()).getData();
    lept.pixGetData(colours).get(packed);
    for (int i = 0; i < packed.length; i++) {
      packed[i] >>>= Byte.SIZE;
    }
    return picture;
  }

  /** The largest reduction of {@code pixels} that leaves at least {@code wanted} of them. */
  static int reduction(int pixels, double wanted) {
    int reduction = 1;
    while (reduction < COARSEST && pixels / (2.0 * reduction) >= wanted) {
      reduction *= 2;
    }
    return reduction;
  }
}
