// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import java.awt.Color;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** Files as they come from the web: whole, broken and hostile. */
public final class Corpus {
  private static final int HEADER_WIDTH = 16;
  private static final int HEADER_CRC = 29;

  private Corpus() {}

  /** Broken pictures by name, each with the reason that it is to be rejected for. */
  static Map<String, String> reasons() {
    Map<String, String> reasons = new LinkedHashMap<>();
    reasons.put("cut.jpg", "unreadable-image");
    reasons.put("checksum.png", "unreadable-image");
    reasons.put("empty.png", "unreadable-image");
    reasons.put("page.jpg", "unreadable-image");
    reasons.put("bomb.png", "too-many-pixels");
    return reasons;
  }

  /** The content of such a picture, or of a good one of any other name. */
  static byte[] picture(String name) {
    byte[] png = Pictures.png(Pictures.plain(12, 9, colour(name)));
    return switch (name) {
      case "cut.jpg" -> {
        byte[] jpeg = Pictures.jpeg(64, 48, Color.RED);
        yield Arrays.copyOf(jpeg, jpeg.length - 40);
      }
      case "checksum.png" -> {
        png[png.length - 18] ^= 1;
        yield png;
      }
      case "empty.png" -> new byte[0];
      case "page.jpg" -> "<html>404 not found</html>".getBytes(StandardCharsets.UTF_8);
      case "bomb.png" -> bomb(png);
      default -> name.endsWith(".jpg") ? Pictures.jpeg(16, 12, colour(name)) : png;
    };
  }

  private static Color colour(String name) {
    return new Color(name.hashCode() & 0xffffff);
  }

  private static byte[] bomb(byte[] png) {
    ByteBuffer.wrap(png).putInt(HEADER_WIDTH, 50_000).putInt(HEADER_WIDTH + 4, 50_000);
    CRC32 sum = new CRC32();
    sum.update(png, HEADER_WIDTH - 4, HEADER_CRC - HEADER_WIDTH + 4);
    ByteBuffer.wrap(png).putInt(HEADER_CRC, (int) sum.getValue());
    return png;
  }

  /** A tar of entries in their order; a name may come twice when it ends in blanks. */
  public static byte[] tar(Map<String, byte[]> entries) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out, "UTF-8")) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        TarArchiveEntry header = new TarArchiveEntry(entry.getKey().strip(), true);
        header.setSize(entry.getValue().length);
        tar.putArchiveEntry(header);
        tar.write(entry.getValue());
        tar.closeArchiveEntry();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  static byte[] gzip(byte[] content) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /** A zip of packed entries. */
  public static byte[] zip(Map<String, byte[]> entries) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        zip.putNextEntry(new ZipEntry(entry.getKey()));
        zip.write(entry.getValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /** A NumPy file of float32 in C order, whose header says so many rows. */
  public static byte[] npy(float[][] rows, int said) {
    byte[] header = header("<f4", false, said, rows[0].length);
    ByteBuffer file =
        ByteBuffer.allocate(header.length + rows.length * rows[0].length * Float.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put(header);
    for (float[] row : rows) {
      for (float value : row) {
        file.putFloat(value);
      }
    }
    return file.array();
  }

  /** A NumPy file of float64 in C order. */
  static byte[] npy(double[][] rows) {
    byte[] header = header("<f8", false, rows.length, rows[0].length);
    ByteBuffer file =
        ByteBuffer.allocate(header.length + rows.length * rows[0].length * Double.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put(header);
    for (double[] row : rows) {
      for (double value : row) {
        file.putDouble(value);
      }
    }
    return file.array();
  }

  /** A NumPy file of bytes in Fortran order. */
  public static byte[] npyByColumns(byte[][] columns) {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.writeBytes(header("|i1", true, columns[0].length, columns.length));
    for (byte[] column : columns) {
      file.writeBytes(column);
    }
    return file.toByteArray();
  }

  /** A NumPy file up to its numbers. */
  public static byte[] header(String type, boolean fortran, int rows, int columns) {
    String said =
        "{'descr': '%s', 'fortran_order': %s, 'shape': (%d, %d), }"
            .formatted(type, fortran ? "True" : "False", rows, columns);
    ByteBuffer header = ByteBuffer.allocate(128).order(ByteOrder.LITTLE_ENDIAN);
    header.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
    header.put((byte) 1).put((byte) 0).putShort((short) 118);
    header.put((said + " ".repeat(117 - said.length()) + "\n").getBytes(StandardCharsets.US_ASCII));
    return header.array();
  }

  static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static Path write(Path file, byte[] content) {
    try {
      Files.createDirectories(file.getParent());
      return Files.write(file, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
