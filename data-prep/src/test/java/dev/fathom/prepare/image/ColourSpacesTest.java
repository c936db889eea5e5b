// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fathom.data.PictureEncoding;
import dev.fathom.prepare.image.ImageSettings.Resize;
import dev.fathom.prepare.reject.RejectReason;
import dev.fathom.prepare.reject.RejectedRowException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every colour space and sample format is that of another implementation's pixels, or refused by
 * name. {@code made.py}, beside the files, tells how each was made and what it is held to.
 */
class ColourSpacesTest {
  private static final String FOLDER = "/pictures/colours/";

  /**
   * A file of the folder.
   *
   * @param truth the PNG of what it should be, empty where it is to be refused
   * @param tolerance by how much a value may differ, of 255
   */
  record Held(String name, String truth, int tolerance) {
    @Override
    public String toString() {
      return name;
    }
  }

  @ParameterizedTest
  @MethodSource("read")
  void aPictureHasTheColoursThatItShould(Held held) throws Exception {
    BufferedImage truth = ImageIO.read(resource(held.truth()));

    ImageDecoder.Picture picture = decoder(50_000_000).decode(content(held.name()));

    assertThat(picture.width()).isEqualTo(truth.getWidth());
    assertThat(picture.height()).isEqualTo(truth.getHeight());
    int greatest = 0;
    for (int i = 0; i < picture.rgb().length; i++) {
      int pixel = truth.getRGB(i / 3 % picture.width(), i / 3 / picture.width());
      int value = (pixel >> (8 * (2 - i % 3))) & 0xff;
      greatest = Math.max(greatest, Math.abs(value - (picture.rgb()[i] & 0xff)));
    }
    assertThat(greatest).isLessThanOrEqualTo(held.tolerance());
  }

  @ParameterizedTest
  @MethodSource("read")
  void aPictureOfTooManyPixelsIsRefusedInEveryForm(Held held) throws IOException {
    byte[] content = content(held.name());

    assertThatThrownBy(() -> decoder(30 * 20).decode(content))
        .isInstanceOfSatisfying(
            RejectedRowException.class,
            e -> assertThat(e.reason()).isEqualTo(RejectReason.TOO_MANY_PIXELS));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void whatHasNoOneMeaningIsRefusedByName(Held held) throws IOException {
    byte[] content = content(held.name());

    assertThatThrownBy(() -> decoder(50_000_000).decode(content))
        .isInstanceOfSatisfying(
            RejectedRowException.class,
            e -> assertThat(e.reason()).isEqualTo(RejectReason.UNREADABLE_IMAGE))
        .hasMessageMatching("a (TIFF|JPEG|PNG) of .* is not read");
  }

  static Stream<Held> read() {
    return all().filter(held -> !held.truth().isEmpty());
  }

  static Stream<Held> refused() {
    return all().filter(held -> held.truth().isEmpty());
  }

  private static Stream<Held> all() {
    try (InputStream in = resource("index.csv")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .skip(1)
          .map(line -> line.split(",", -1))
          .map(cells -> new Held(cells[0], cells[1], Integer.parseInt(cells[2])));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The contents of all files. */
  static List<byte[]> contents() {
    return all().map(held -> content(held.name())).toList();
  }

  private static ImageDecoder decoder(int maxPixels) {
    return new ImageDecoder(new ImageSettings(8, Resize.NO, PictureEncoding.RAW, maxPixels));
  }

  private static byte[] content(String name) {
    try (InputStream in = resource(name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static InputStream resource(String name) {
    return ColourSpacesTest.class.getResourceAsStream(FOLDER + name);
  }
}
