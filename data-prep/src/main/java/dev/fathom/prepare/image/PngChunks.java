// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.image;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.zip.CRC32;

/** The checksums of a PNG, which the JDK's reader does not look at. */
final class PngChunks {
  private static final int SIGNATURE = 8;
  private static final int AROUND = 12;
  private static final int END = 0x49454E44;

  private PngChunks() {}

  /** What is wrong with the chunks, if anything: each is length, type, data and CRC-32 of both. */
  static Optional<String> fault(byte[] png) {
    ByteBuffer buffer = ByteBuffer.wrap(png);
    CRC32 sum = new CRC32();
    int at = SIGNATURE;
    while (png.length - at >= AROUND) {
      int length = buffer.getInt(at);
      if (length < 0 || length > png.length - at - AROUND) {
        return Optional.of("it ends within a chunk");
      }
      sum.reset();
      sum.update(png, at + Integer.BYTES, length + Integer.BYTES);
      if ((int) sum.getValue() != buffer.getInt(at + 2 * Integer.BYTES + length)) {
        return Optional.of("the checksum of a chunk is wrong");
      }
      if (buffer.getInt(at + Integer.BYTES) == END) {
        return Optional.empty();
      }
      at += AROUND + length;
    }
    return Optional.of("it ends before its last chunk");
  }
}
