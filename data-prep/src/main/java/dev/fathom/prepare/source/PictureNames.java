// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.source;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.apache.commons.lang3.StringUtils;

/** Usual names of pictures, and of columns that hold them or their captions. */
final class PictureNames {
  /** Extensions of picture files. */
  static final List<String> ENDINGS =
      List.of("jpg", "jpeg", "png", "webp", "gif", "bmp", "tif", "tiff");

  /** Columns of pictures, the likeliest first. */
  static final List<String> IMAGE_COLUMNS =
      List.of(
          "image",
          "jpg",
          "jpeg",
          "png",
          "webp",
          "image_path",
          "file",
          "filename",
          "file_name",
          "filepath",
          "path",
          "x",
          "url",
          "image_url");

  /** Columns of captions, the likeliest first. */
  static final List<String> TEXT_COLUMNS =
      List.of("caption", "captions", "text", "txt", "title", "description", "sentence", "y");

  private static final Pattern ADDRESS = Pattern.compile("(?i)\\s*(https?|ftp)://");

  private PictureNames() {}

  /**
   * Whether a cell names a picture: a picture file, or an address, which may have any extension.
   */
  static boolean isNameOfPicture(String cell) {
    return isPicture(cell.strip()) || ADDRESS.matcher(cell).lookingAt();
  }

  /** Whether a file of this name is a picture. */
  static boolean isPicture(String name) {
    return ENDINGS.contains(StringUtils.substringAfterLast(name, ".").toLowerCase(Locale.ROOT));
  }
}
