// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.image;

import dev.fathom.settings.Settings;
import java.io.Serializable;
import java.util.List;
import java.util.Locale;

/**
 * What pictures become.
 *
 * @param size pixels of the square's side
 * @param resize how a picture that is no square becomes one
 */
public record ImageSettings(int size, Resize resize) implements Serializable {

  /** How a picture becomes a square. */
  public enum Resize {
    /** The whole picture, with white margins on its longer sides. */
    BORDER,
    /** The largest square in the middle of the picture. */
    CENTER_CROP
  }

  /** Reads {@code image.*}. */
  public static ImageSettings of(Settings settings) {
    String resize = settings.choice("image.resize", List.of("border", "center_crop"));
    return new ImageSettings(
        settings.integer("image.size", 4, 1024), Resize.valueOf(resize.toUpperCase(Locale.ROOT)));
  }
}
