// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.image;

import java.io.IOException;
import javax.imageio.stream.ImageInputStreamImpl;

/**
 * The content of a picture file as an input of ImageIO. Some decoders take the end of a file for
 * zeros and read on for ever; this input makes them fail.
 */
final class PictureInput extends ImageInputStreamImpl {
  private static final int MOST_READS_AT_THE_END = 4096;

  private final byte[] content;
  private int readsAtTheEnd;

  PictureInput(byte[] content) {
    this.content = content;
  }

  @Override
  public int read() throws IOException {
    checkClosed();
    bitOffset = 0;
    if (streamPos >= content.length) {
      return end();
    }
    return content[(int) streamPos++] & 0xff;
  }

  @Override
  public int read(byte[] to, int offset, int length) throws IOException {
    checkClosed();
    bitOffset = 0;
    if (length == 0) {
      return 0;
    }
    if (streamPos >= content.length) {
      return end();
    }
    int count = (int) Math.min(length, content.length - streamPos);
    System.arraycopy(content, (int) streamPos, to, offset, count);
    streamPos += count;
    return count;
  }

  private int end() {
    if (++readsAtTheEnd > MOST_READS_AT_THE_END) {
      throw new IllegalStateException("the file ends early");
    }
    return -1;
  }

  @Override
  public long length() {
    return content.length;
  }
}
