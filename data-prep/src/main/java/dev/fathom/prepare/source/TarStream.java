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

/** A tar, plain or gzip, that knows whether it ended as a tar does, with a record of zeros. */
final class TarStream extends TarArchiveInputStream {
  /**
   * A number of an extended header that tells no time of this world. Commons Compress as Spark has
   * it works for hours on 9e9999999 (CVE-2023-42503).
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

  /** Reads what is stored, which is closed with it. */
  static TarStream of(InputStream stored) throws IOException {
    return new TarStream(unpacked(new Stored(stored)));
  }

  /** An empty tar. */
  static TarStream nothing() {
    return new TarStream(InputStream.nullInputStream());
  }

  /** Whether the file was at its end before the tar was. */
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
    // A value is looked at as a whole, however it comes.
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
   * What storage could not deliver says nothing of the archive: the task fails and is tried again.
   */
  static final class StorageFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StorageFailure(IOException cause) {
      super(cause);
    }
  }

  /** The bytes as they are stored; only wrong checksums are of the content. */
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
