// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.data;

import dev.fathom.error.FathomException;
import dev.fathom.files.Storage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.apache.commons.io.ByteOrderMark;
import org.apache.commons.io.IOUtils;
import org.apache.commons.io.input.BOMInputStream;
import org.apache.hadoop.fs.Path;

/**
 * The encoding of users' text files. A byte order mark overrides the named charset, and is not part
 * of the text.
 *
 * @param charset name of the charset of text without a mark
 */
public record TextEncoding(String charset) implements Serializable {
  /** UTF-8, the default. */
  public static final TextEncoding UTF_8 = new TextEncoding(StandardCharsets.UTF_8.name());

  private static final int LONGEST_HEAD = 1 << 16;

  /**
   * Finds an encoding by its name.
   *
   * @throws FathomException of usage if there is no such encoding
   */
  public static TextEncoding named(String name) {
    try {
      return new TextEncoding(Charset.forName(name).name());
    } catch (IllegalArgumentException e) {
      throw FathomException.usage(
              "input.charset = %s is no encoding that Java knows; such are UTF-8, windows-1252, ISO-8859-1, UTF-16LE, Shift_JIS",
              name)
          .causedBy(e);
    }
  }

  /** Whether text without a mark is UTF-8. */
  public boolean isUtf8() {
    return equals(UTF_8);
  }

  /**
   * The encoding of a file, plain or compressed: that of its byte order mark if it has one, else
   * this one.
   */
  public TextEncoding of(Storage storage, Path file) {
    try (BOMInputStream in = marked(storage.openUnpacked(file))) {
      return marked(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads the start of a file, plain or compressed, without its mark. */
  public String head(Storage storage, Path file) {
    char[] head = new char[LONGEST_HEAD];
    try (Reader in = reader(storage.openUnpacked(file))) {
      return new String(head, 0, IOUtils.read(in, head));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads text without its mark. Invalid bytes become U+FFFD. */
  public Reader reader(InputStream in) throws IOException {
    BOMInputStream marked = marked(in);
    return new InputStreamReader(marked, Charset.forName(marked(marked).charset()));
  }

  /**
   * Decodes text, without its mark.
   *
   * @throws CharacterCodingException if the bytes are invalid
   */
  public String decoded(byte[] content) throws CharacterCodingException {
    try (BOMInputStream in = marked(new ByteArrayInputStream(content))) {
      Charset charset = Charset.forName(marked(in).charset());
      return IOUtils.toString(new InputStreamReader(in, charset.newDecoder()));
    } catch (CharacterCodingException e) {
      throw e;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Decodes text, without its mark. Invalid bytes become U+FFFD. */
  public String readable(byte[] content) {
    try (Reader in = reader(new ByteArrayInputStream(content))) {
      return IOUtils.toString(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private TextEncoding marked(BOMInputStream in) throws IOException {
    String mark = in.getBOMCharsetName();
    return mark == null ? this : new TextEncoding(mark);
  }

  private static BOMInputStream marked(InputStream in) throws IOException {
    return BOMInputStream.builder()
        .setInputStream(in)
        .setByteOrderMarks(
            ByteOrderMark.UTF_8,
            ByteOrderMark.UTF_16LE,
            ByteOrderMark.UTF_16BE,
            ByteOrderMark.UTF_32LE,
            ByteOrderMark.UTF_32BE)
        .get();
  }
}
