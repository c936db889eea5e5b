// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.attribute.FileTime;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TarStreamTest {
  /** With 9e9999999 in place of these, a test that fails would not end. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "9e10",
        "-9E+10",
        "9.5e10",
        "\u0661e10",
        "9999999999999999999999999999999999999999999999999999999999999999999999"
      })
  void aTimeThatIsNoneIsPassedOver(String time) throws IOException {
    try (TarStream tar = TarStream.of(new ByteArrayInputStream(tar("mtime", time)))) {
      TarArchiveEntry entry = tar.getNextTarEntry();

      assertThat(entry.getLastModifiedTime()).isEqualTo(FileTime.fromMillis(0));
      assertThat(new String(tar.readAllBytes(), StandardCharsets.US_ASCII)).isEqualTo("9e10\n");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"1350244992.023960108", "7"})
  void anyOtherStays(String time) throws IOException {
    try (TarStream tar = TarStream.of(new ByteArrayInputStream(tar("mtime", time)))) {
      assertThat(tar.getNextTarEntry().getLastModifiedTime().toInstant().getEpochSecond())
          .isEqualTo(Long.parseLong(time.replaceAll("\\..*", "")));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"9e10.png", "a/9e10.txt"})
  void aNameStays(String name) throws IOException {
    try (TarStream tar = TarStream.of(new ByteArrayInputStream(tar("path", name)))) {
      assertThat(tar.getNextTarEntry().getName()).isEqualTo(name);
    }
  }

  /** A file whose content looks like such a number, with an extended header. */
  private static byte[] tar(String key, String value) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
      String record = " " + key + "=" + value + "\n";
      int length = record.getBytes(StandardCharsets.UTF_8).length + 2;
      length += Integer.toString(length).length() - 2;
      add(
          tar,
          new TarArchiveEntry("header", TarConstants.LF_PAX_EXTENDED_HEADER_LC),
          length + record);
      add(tar, new TarArchiveEntry("file"), "9e10\n");
    }
    return out.toByteArray();
  }

  private static void add(TarArchiveOutputStream tar, TarArchiveEntry entry, String content)
      throws IOException {
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    entry.setSize(bytes.length);
    tar.putArchiveEntry(entry);
    tar.write(bytes);
    tar.closeArchiveEntry();
  }
}
