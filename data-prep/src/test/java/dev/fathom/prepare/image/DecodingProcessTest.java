// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fathom.data.PictureEncoding;
import dev.fathom.prepare.Damage;
import dev.fathom.prepare.image.ImageSettings.Resize;
import dev.fathom.prepare.reject.RejectedRowException;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What only a process of its own can tell: what native code prints, and what memory runs out. */
class DecodingProcessTest {
  private static final int SIDE = 4000;

  @TempDir Path temporary;

  /** Decodes files, and prints how that ends for those that are not read. */
  static final class Decodes {
    private Decodes() {}

    public static void main(String[] files) throws IOException {
      ImageDecoder decoder =
          new ImageDecoder(
              new ImageSettings(8, Resize.KEEP_RATIO, PictureEncoding.RAW, 50_000_000));
      for (String file : files) {
        try {
          decoder.decode(Files.readAllBytes(Path.of(file)));
        } catch (RejectedRowException e) {
          assertThat(e.getMessage()).isNotEmpty();
        }
      }
    }
  }

  @Test
  void nothingIsPrintedOfBrokenPictures() throws Exception {
    List<String> files = new ArrayList<>();
    for (byte[] content : ColourSpacesTest.contents()) {
      files.add(write(files.size(), Arrays.copyOf(content, content.length * 7 / 10)));
      files.add(write(files.size(), Damage.done(content, files.size())));
    }
    byte[] jpeg =
        DecodingProcessTest.class.getResourceAsStream("/pictures/plain.jpg").readAllBytes();
    for (int seed = 0; seed < 100; seed++) {
      files.add(write(files.size(), Damage.done(jpeg, seed)));
    }

    assertThat(run("-Xmx500m", files)).isEmpty();
  }

  @Test
  void memoryThatRunsOutSaysNothingOfThePicture() throws Exception {
    String file = write(0, blank());

    assertThat(run("-Xmx40m", List.of(file))).contains("OutOfMemoryError");
    assertThat(run("-Xmx500m", List.of(file))).isEmpty();
  }

  private String write(int number, byte[] content) throws IOException {
    return Files.write(temporary.resolve("file" + number), content).toString();
  }

  private String run(String heap, List<String> files) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add(heap);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Decodes.class.getName()));
    command.addAll(files);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  /** A PNG of one bit a pixel: a few kilobytes here, 64 megabytes once it has colours. */
  private static byte[] blank() throws IOException {
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    png.write(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
    ByteArrayOutputStream header = new ByteArrayOutputStream();
    DataOutputStream fields = new DataOutputStream(header);
    fields.writeInt(SIDE);
    fields.writeInt(SIDE);
    fields.write(new byte[] {1, 0, 0, 0, 0});
    chunk(png, "IHDR", header.toByteArray());
    ByteArrayOutputStream rows = new ByteArrayOutputStream();
    try (DeflaterOutputStream deflated = new DeflaterOutputStream(rows)) {
      for (int row = 0; row < SIDE; row++) {
        deflated.write(new byte[1 + SIDE / Byte.SIZE]);
      }
    }
    chunk(png, "IDAT", rows.toByteArray());
    chunk(png, "IEND", new byte[0]);
    return png.toByteArray();
  }

  private static void chunk(ByteArrayOutputStream png, String type, byte[] data)
      throws IOException {
    byte[] name = type.getBytes(StandardCharsets.US_ASCII);
    CRC32 sum = new CRC32();
    sum.update(name);
    sum.update(data);
    DataOutputStream out = new DataOutputStream(png);
    out.writeInt(data.length);
    out.write(name);
    out.write(data);
    out.writeInt((int) sum.getValue());
  }
}
