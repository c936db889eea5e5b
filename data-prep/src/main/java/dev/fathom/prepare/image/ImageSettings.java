// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.image;

import dev.fathom.data.PictureEncoding;
import dev.fathom.settings.Settings;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The {@code image} keys of the configuration.
 *
 * @param size number of pixels on a side
 * @param resize how a picture is resized
 * @param encoding how a shard stores a picture
 * @param maxPixels number of pixels, by its header, above which a picture is refused before it is
 *     decoded
 */
public record ImageSettings(int size, Resize resize, PictureEncoding encoding, long maxPixels)
    implements Serializable {

  /** How a picture is resized; the names are those of img2dataset. */
  public enum Resize {
    /** A square: the whole picture, with white margins on its longer sides. */
    BORDER,
    /** The shorter side gets the size, the longer one in proportion. */
    KEEP_RATIO,
    /** The longer side gets the size, the shorter one in proportion. */
    KEEP_RATIO_LARGEST,
    /** A square: the largest one in the middle of the picture. */
    CENTER_CROP,
    /** The picture stays as it is. */
    NO;

    /** Whether all pictures get the same shape. */
    public boolean isSquare() {
      return this == BORDER || this == CENTER_CROP;
    }
  }

  /** Reads {@code image.*}. */
  public static ImageSettings of(Settings settings) {
    String resize = settings.choice("image.resize", names(Resize.values()));
    return new ImageSettings(
        settings.integer("image.size", 4, 1024),
        Resize.valueOf(resize.toUpperCase(Locale.ROOT)),
        settings.choice("image.encoding", PictureEncoding.class),
        settings.integer("image.maxPixels", 1, Integer.MAX_VALUE));
  }

  private static List<String> names(Enum<?>[] values) {
    return Arrays.stream(values).map(value -> value.name().toLowerCase(Locale.ROOT)).toList();
  }
}
