// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.fathom.data.PictureEncoding;
import dev.fathom.prepare.image.ImageSettings.Resize;
import dev.fathom.prepare.reject.RejectReason;
import dev.fathom.prepare.reject.RejectedRowException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that other programs wrote: 48 × 32 pixels, red, green, blue and white in its quarters. */
class PictureFormsTest {
  private static final int[][] COLOURS = {
    {230, 20, 20}, {20, 200, 20}, {20, 20, 230}, {240, 240, 240}
  };

  private static final short HUGE = (short) 40_000;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "plain.jpg",
        "progressive.jpg",
        "cmyk.jpg",
        "orientation1.jpg",
        "orientation2.jpg",
        "orientation3.jpg",
        "orientation4.jpg",
        "orientation5.jpg",
        "orientation6.jpg",
        "orientation7.jpg",
        "orientation8.jpg",
        "plain.png",
        "palette.png",
        "plain.bmp",
        "plain.tif",
        "moving.gif",
        "lossless.webp",
        "lossy.webp"
      })
  void everyFormIsDecodedUpright(String name) throws Exception {
    for (int size : new int[] {4, 16, 96}) {
      ImageDecoder.Picture picture = decode(name, size, Resize.KEEP_RATIO);

      assertThat(picture.height()).isEqualTo(size);
      assertThat(picture.width()).isEqualTo(size * 3 / 2);
      assertQuarters(picture, COLOURS, 40);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"grey.jpg", "grey8.png", "grey16.png"})
  void greyIsAsBrightAsItsColoursWere(String name) throws Exception {
    int[][] grey = new int[COLOURS.length][3];
    for (int quarter = 0; quarter < COLOURS.length; quarter++) {
      int[] colour = COLOURS[quarter];
      Arrays.fill(
          grey[quarter],
          (int) Math.round(0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]));
    }

    assertQuarters(decode(name, 32, Resize.KEEP_RATIO), grey, 6);
  }

  @ParameterizedTest
  @ValueSource(strings = {"transparent.png", "transparent.webp"})
  void whatIsTransparentIsWhite(String name) throws Exception {
    int[] white = {255, 255, 255};

    assertQuarters(
        decode(name, 32, Resize.KEEP_RATIO), new int[][] {COLOURS[0], white, COLOURS[2], white}, 6);
  }

  @ParameterizedTest
  @CsvSource({
    "BORDER, 24, 24",
    "CENTER_CROP, 24, 24",
    "KEEP_RATIO, 24, 36",
    "KEEP_RATIO_LARGEST, 16, 24",
    "NO, 32, 48"
  })
  void theShapeIsThatOfTheMode(Resize resize, int height, int width) throws Exception {
    for (String name : new String[] {"plain.jpg", "orientation6.jpg", "plain.png"}) {
      ImageDecoder.Picture picture = decode(name, 24, resize);

      assertThat(picture.height()).as(name).isEqualTo(height);
      assertThat(picture.width()).as(name).isEqualTo(width);
      assertThat(picture.rgb()).hasSize(height * width * 3);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "plain.jpg",
        "progressive.jpg",
        "cmyk.jpg",
        "plain.png",
        "plain.tif",
        "colours/lzw.tif",
        "colours/jpeg-tables.tif",
        "colours/cmyk.tif",
        "still.gif",
        "lossy.webp"
      })
  void aFileThatEndsEarlyIsRejected(String name) throws Exception {
    byte[] whole = content(name);
    for (int share = 1; share <= 7; share++) {
      byte[] cut = Arrays.copyOf(whole, whole.length * share / 10);

      assertRejected(cut, RejectReason.UNREADABLE_IMAGE, "");
    }
  }

  @Test
  void aWrongChecksumIsToldAsThat() throws Exception {
    byte[] png = content("plain.png");
    png[png.length - 20] ^= 1;

    assertRejected(png, RejectReason.UNREADABLE_IMAGE, "checksum");
  }

  @Test
  void whatIsNoPictureIsToldByHowItBegins() {
    assertRejected(
        "<html><body>404</body></html>".getBytes(StandardCharsets.UTF_8),
        RejectReason.UNREADABLE_IMAGE,
        "begins with '<html><body>'");
    assertRejected(new byte[0], RejectReason.UNREADABLE_IMAGE, "the file is empty");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"plain.jpg", "cmyk.jpg", "plain.png", "plain.bmp", "moving.gif", "lossy.webp"})
  void aPictureOfTooManyPixelsIsRefused(String name) throws Exception {
    byte[] content = content(name);
    ImageDecoder decoder =
        new ImageDecoder(new ImageSettings(8, Resize.BORDER, PictureEncoding.RAW, 48 * 32 - 1));

    assertThatThrownBy(() -> decoder.decode(content))
        .isInstanceOfSatisfying(
            RejectedRowException.class,
            e -> assertThat(e.reason()).isEqualTo(RejectReason.TOO_MANY_PIXELS))
        .hasMessageContaining("48 × 32");
  }

  /** Of 1.6 billion pixels, by headers that are true to the form. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "plain.jpg",
        "progressive.jpg",
        "cmyk.jpg",
        "plain.png",
        "palette.png",
        "plain.bmp",
        "plain.tif",
        "still.gif",
        "lossless.webp"
      })
  void aHugePictureIsRefusedByItsHeaderBeforeMemoryIsTaken(String name) throws Exception {
    byte[] content = huge(name, content(name));
    assertRejected(content, RejectReason.TOO_MANY_PIXELS, " × ");
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();

    assertRejected(content, RejectReason.TOO_MANY_PIXELS, " × ");

    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(4 << 20);
  }

  private static byte[] huge(String name, byte[] content) {
    ByteBuffer big = ByteBuffer.wrap(content);
    ByteBuffer little = big.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    switch (name.substring(name.indexOf('.') + 1)) {
      case "jpg" -> {
        int frame = name.startsWith("progressive") ? 0xffc2 : 0xffc0;
        int at = find(content, start -> (big.getShort(start) & 0xffff) == frame);
        big.putShort(at + 5, HUGE).putShort(at + 7, HUGE);
      }
      case "png" -> {
        big.putInt(16, HUGE & 0xffff).putInt(20, HUGE & 0xffff);
        CRC32 sum = new CRC32();
        sum.update(content, 12, 17);
        big.putInt(29, (int) sum.getValue());
      }
      case "bmp" -> little.putInt(18, HUGE & 0xffff).putInt(22, HUGE & 0xffff);
      case "gif" -> little.putShort(6, HUGE).putShort(8, HUGE);
      case "tif" -> {
        // A field has a number, a type, a count and a value.
        for (int tag : new int[] {0x100, 0x101}) {
          int at =
              find(
                  content,
                  start ->
                      little.getInt(start) == (tag | 3 << 16)
                          || little.getInt(start) == (tag | 4 << 16));
          little.putShort(at + 2, (short) 4).putInt(at + 8, HUGE & 0xffff);
        }
      }
      // Its sides have fourteen bits each.
      default -> little.putInt(21, little.getInt(21) | 0xfffffff);
    }
    return content;
  }

  private static int find(byte[] content, IntPredicate begins) {
    return IntStream.range(0, content.length - 3).filter(begins).findFirst().orElseThrow();
  }

  @Test
  void aStoredJpegIsNearlyWhatItWas() throws Exception {
    ImageDecoder.Picture picture = decode("plain.png", 32, Resize.CENTER_CROP);

    byte[] stored = PictureEncoding.JPEG.encode(picture.rgb(), picture.height(), picture.width());

    assertThat(stored.length).isLessThan(picture.rgb().length);
    byte[] again = PictureEncoding.JPEG.decode(stored);
    assertThat(again).hasSameSizeAs(picture.rgb());
    long difference = 0;
    for (int i = 0; i < again.length; i++) {
      difference += Math.abs((again[i] & 0xff) - (picture.rgb()[i] & 0xff));
    }
    assertThat(difference / (double) again.length).isLessThan(4);
  }

  private static void assertRejected(byte[] content, RejectReason reason, String detail) {
    assertThatThrownBy(() -> decoder(8, Resize.BORDER).decode(content))
        .isInstanceOfSatisfying(
            RejectedRowException.class, e -> assertThat(e.reason()).isEqualTo(reason))
        .hasMessageContaining(detail);
  }

  private static void assertQuarters(ImageDecoder.Picture picture, int[][] colours, int tolerance) {
    for (int quarter = 0; quarter < colours.length; quarter++) {
      int row = picture.height() * (quarter < 2 ? 1 : 3) / 4;
      int column = picture.width() * (quarter % 2 == 0 ? 1 : 3) / 4;
      for (int channel = 0; channel < 3; channel++) {
        int value = picture.rgb()[(row * picture.width() + column) * 3 + channel] & 0xff;
        assertThat(Math.abs(value - colours[quarter][channel]))
            .as("quarter %d, channel %d: %d", quarter, channel, value)
            .isLessThanOrEqualTo(tolerance);
      }
    }
  }

  private static ImageDecoder.Picture decode(String name, int size, Resize resize)
      throws Exception {
    return decoder(size, resize).decode(content(name));
  }

  private static ImageDecoder decoder(int size, Resize resize) {
    return new ImageDecoder(new ImageSettings(size, resize, PictureEncoding.RAW, 50_000_000));
  }

  private static byte[] content(String name) throws IOException {
    return PictureFormsTest.class.getResourceAsStream("/pictures/" + name).readAllBytes();
  }
}
