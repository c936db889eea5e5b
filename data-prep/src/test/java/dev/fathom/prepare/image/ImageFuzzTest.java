// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fathom.data.PictureEncoding;
import dev.fathom.prepare.Damage;
import dev.fathom.prepare.Fuzz;
import dev.fathom.prepare.image.ImageSettings.Resize;
import dev.fathom.prepare.reject.RejectedRowException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import net.jqwik.api.ForAll;

/** Whatever is done to a picture, it is decoded or rejected, and the process lives. */
class ImageFuzzTest {
  private static final List<byte[]> JPEGS =
      List.of(content("plain.jpg"), content("progressive.jpg"), content("orientation6.jpg"));
  private static final List<byte[]> OTHERS =
      List.of(
          content("palette.png"),
          content("grey16.png"),
          content("still.gif"),
          content("plain.bmp"),
          content("lossless.webp"),
          content("lossy.webp"),
          content("cmyk.jpg"));

  private static final List<byte[]> COLOURS = ColourSpacesTest.contents();

  private final ImageDecoder square =
      new ImageDecoder(new ImageSettings(8, Resize.BORDER, PictureEncoding.RAW, 20_000));
  private final ImageDecoder any =
      new ImageDecoder(new ImageSettings(8, Resize.NO, PictureEncoding.RAW, 20_000));

  @Fuzz
  void aJpegOfAnyBytesIsDecodedOrRejected(@ForAll long seed) {
    decode(JPEGS, seed);
  }

  @Fuzz
  void aPictureOfAnyBytesIsDecodedOrRejected(@ForAll long seed) {
    decode(OTHERS, seed);
  }

  @Fuzz
  void aPictureOfAnyColourSpaceIsDecodedOrRejected(@ForAll long seed) {
    decode(COLOURS, seed);
  }

  @Fuzz
  void theChunksOfAnyBytesAreWalkedToTheirEnd(@ForAll long seed) {
    byte[] png = Damage.done(OTHERS.get(0), seed);

    assertThat(PngChunks.fault(png)).isNotNull();
  }

  private void decode(List<byte[]> whole, long seed) {
    byte[] damaged = Damage.done(whole.get((int) Math.floorMod(seed, (long) whole.size())), seed);
    try {
      ImageDecoder.Picture picture = (seed % 2 == 0 ? square : any).decode(damaged);
      assertThat(picture.rgb()).hasSize(picture.height() * picture.width() * 3);
    } catch (RejectedRowException e) {
      assertThat(e.getMessage()).isNotEmpty();
    }
  }

  private static byte[] content(String name) {
    try {
      return ImageFuzzTest.class.getResourceAsStream("/pictures/" + name).readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
