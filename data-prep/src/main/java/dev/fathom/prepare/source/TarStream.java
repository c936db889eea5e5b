// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.source;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.apache.commons.lang3.StringUtils;
import org.apache.hadoop.fs.ChecksumException;

/**
 * A tar file, plain or gzip, which knows whether it ended as a tar must, with a record of zeros.
 */
final class TarStream extends TarArchiveInputStream {
  /**
   * Matches a number of an extended header that is no plausible time. Spark's version of Commons
   * Compress works for hours on 9e9999999 (CVE-2023-42503).
   */
  private static final Pattern ENDLESS =
      Pattern.compile(
          "[-+]?[\\d.\\uFFFD]++(?:[eE][-+]?[\\d\\uFFFD]++)?\\n?", Pattern.UNICODE_CHARACTER_CLASS);

  private static final int LONGEST_NUMBER = 64;

  private boolean ended;
  private boolean endsEarly;

  private TarStream(InputStream in) {
    super(in, "UTF-8");
  }

  /** Opens a stream of a stored tar; closing it closes {@code stored}. */
  static TarStream of(InputStream stored) throws IOException {
    return new TarStream(unpacked(new Stored(stored)));
  }

  /** Returns an empty tar. */
  static TarStream nothing() {
    return new TarStream(InputStream.nullInputStream());
  }

  /** Whether the file ended before the tar did. */
  boolean endsEarly() {
    return endsEarly;
  }

  @Override
  protected byte[] readRecord() throws IOException {
    byte[] record = super.readRecord();
    ended |= record != null && isEOFRecord(record);
    endsEarly = record == null && !ended;
    return record;
  }

  @Override
  public int read(byte[] to, int offset, int length) throws IOException {
    TarArchiveEntry entry = getCurrentEntry();
    boolean header = entry != null && (entry.isPaxHeader() || entry.isGlobalPaxHeader());
    int count = super.read(to, offset, length);
    // Reads on until the value is whole, as it is checked as a whole.
    for (int more = count; header && more > 0 && count < length; count += Math.max(0, more)) {
      more = super.read(to, offset + count, length - count);
    }
    if (header && count > 1) {
      String value = new String(to, offset, count, StandardCharsets.UTF_8);
      if (ENDLESS.matcher(value).matches()
          && (count > LONGEST_NUMBER || StringUtils.containsAny(value, 'e', 'E'))) {
        Arrays.fill(to, offset, offset + count - (value.endsWith("\n") ? 1 : 0), (byte) '0');
      }
    }
    return count;
  }

  private static InputStream unpacked(InputStream in) throws IOException {
    BufferedInputStream buffered = new BufferedInputStream(in, 1 << 16);
    buffered.mark(2);
    int first = buffered.read();
    int second = buffered.read();
    buffered.reset();
    return first == 0x1f && second == 0x8b
        ? new GzipCompressorInputStream(buffered, true)
        : buffered;
  }

  /**
   * Thrown if storage fails, which says nothing about the archive: the task fails and is tried
   * again.
   */
  static final class StorageFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StorageFailure(IOException cause) {
      super(cause);
    }
  }

  /** The stored bytes; of the errors in reading them, only wrong checksums concern the content. */
  private static final class Stored extends FilterInputStream {
    Stored(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      try {
        return in.read();
      } catch (ChecksumException e) {
        throw e;
      } catch (IOException e) {
        throw new StorageFailure(e);
      }
    }

    @Override
    public long skip(long bytes) throws IOException {
      try {
        return in.skip(bytes);
      } catch (ChecksumException e) {
        throw e;
      } catch (IOException e) {
        throw new StorageFailure(e);
      }
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
      try {
        return in.read(to, offset, length);
      } catch (ChecksumException e) {
        throw e;
      } catch (IOException e) {
        throw new StorageFailure(e);
      }
    }
  }
}
