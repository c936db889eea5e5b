// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fathom.data.PictureEncoding;
import dev.fathom.prepare.Pictures;
import dev.fathom.prepare.image.ImageSettings.Resize;
import dev.fathom.prepare.reject.RejectReason;
import dev.fathom.prepare.reject.RejectedRowException;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

class ImageDecoderTest {
  private static final int HEADER_WIDTH = 16;
  private static final int HEADER_CRC = 29;

  @Test
  void whatIsTransparentBecomesWhite() throws RejectedRowException {
    byte[] clear = Pictures.png(Pictures.plain(5, 5, new Color(255, 0, 0, 0)));
    byte[] half = Pictures.png(Pictures.plain(5, 5, new Color(255, 0, 0, 128)));

    assertThat(pixel(decoder(4, Resize.BORDER).decode(clear).rgb(), 4, 1, 1))
        .containsExactly(255, 255, 255);
    assertThat(pixel(decoder(4, Resize.BORDER).decode(half).rgb(), 4, 1, 1))
        .containsExactly(255, 127, 127);
  }

  @Test
  void aBorderKeepsTheWholePictureBetweenWhiteMargins() throws RejectedRowException {
    byte[] wide = Pictures.png(halves(40, 20));

    byte[] square = decoder(8, Resize.BORDER).decode(wide).rgb();

    assertThat(square).hasSize(8 * 8 * 3);
    assertThat(pixel(square, 8, 0, 4)).containsExactly(255, 255, 255);
    assertThat(pixel(square, 8, 7, 4)).containsExactly(255, 255, 255);
    assertThat(pixel(square, 8, 4, 0)).containsExactly(255, 0, 0);
    assertThat(pixel(square, 8, 4, 7)).containsExactly(0, 0, 255);
  }

  @Test
  void aCenterCropFillsTheSquareFromTheMiddle() throws RejectedRowException {
    BufferedImage picture = halves(40, 20);
    for (int y = 0; y < 20; y++) {
      picture.setRGB(0, y, Color.GREEN.getRGB());
    }

    byte[] square = decoder(8, Resize.CENTER_CROP).decode(Pictures.png(picture)).rgb();

    assertThat(pixel(square, 8, 0, 0)).containsExactly(255, 0, 0);
    assertThat(pixel(square, 8, 7, 7)).containsExactly(0, 0, 255);
  }

  @Test
  void jpegGreyAndTinyAndThinPicturesAreDecoded() throws RejectedRowException {
    BufferedImage grey = new BufferedImage(3, 3, BufferedImage.TYPE_BYTE_GRAY);
    for (Resize resize : List.of(Resize.BORDER, Resize.CENTER_CROP)) {
      ImageDecoder decoder = decoder(8, resize);
      assertThat(pixel(decoder.decode(Pictures.jpeg(30, 30, Color.BLUE)).rgb(), 8, 4, 4)[2])
          .isGreaterThan(250);
      assertThat(pixel(decoder.decode(Pictures.png(grey)).rgb(), 8, 4, 4)).containsExactly(0, 0, 0);
      for (int[] shape : new int[][] {{1, 1}, {3000, 1}, {1, 3000}}) {
        byte[] picture = Pictures.png(Pictures.plain(shape[0], shape[1], Color.RED));
        assertThat(decoder.decode(picture).rgb()).hasSize(8 * 8 * 3);
      }
    }
  }

  @Test
  void aPictureOfTooManyPixelsIsRefusedByItsHeader() {
    byte[] picture = Pictures.png(Pictures.plain(4, 4, Color.RED));
    ByteBuffer.wrap(picture).putInt(HEADER_WIDTH, 30_000).putInt(HEADER_WIDTH + 4, 30_000);
    CRC32 sum = new CRC32();
    sum.update(picture, HEADER_WIDTH - 4, HEADER_CRC - HEADER_WIDTH + 4);
    ByteBuffer.wrap(picture).putInt(HEADER_CRC, (int) sum.getValue());

    assertRejected(picture, RejectReason.TOO_MANY_PIXELS);
  }

  @Test
  void whatIsNoWholePictureIsRejected() {
    byte[] png = Pictures.png(halves(40, 40));
    byte[] jpeg = Pictures.jpeg(40, 40, Color.RED);

    assertRejected(new byte[0], RejectReason.UNREADABLE_IMAGE);
    assertRejected(
        "<svg/>".getBytes(java.nio.charset.StandardCharsets.UTF_8), RejectReason.UNREADABLE_IMAGE);
    assertRejected(Arrays.copyOf(png, 45), RejectReason.UNREADABLE_IMAGE);
    assertRejected(Arrays.copyOf(jpeg, 45), RejectReason.UNREADABLE_IMAGE);
  }

  private static void assertRejected(byte[] content, RejectReason reason) {
    assertThatThrownBy(() -> decoder(8, Resize.BORDER).decode(content))
        .isInstanceOfSatisfying(
            RejectedRowException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  /** Red on the left, blue on the right. */
  private static BufferedImage halves(int width, int height) {
    BufferedImage picture = Pictures.plain(width, height, Color.RED);
    for (int y = 0; y < height; y++) {
      for (int x = width / 2; x < width; x++) {
        picture.setRGB(x, y, Color.BLUE.getRGB());
      }
    }
    return picture;
  }

  private static ImageDecoder decoder(int size, Resize resize) {
    return new ImageDecoder(new ImageSettings(size, resize, PictureEncoding.RAW, 50_000_000));
  }

  private static int[] pixel(byte[] square, int size, int row, int column) {
    int first = (row * size + column) * 3;
    return new int[] {square[first] & 0xff, square[first + 1] & 0xff, square[first + 2] & 0xff};
  }
}
