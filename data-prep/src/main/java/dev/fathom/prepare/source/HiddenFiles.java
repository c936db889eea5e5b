// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.source;

import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import org.apache.commons.lang3.StringUtils;

/** Files that nobody put there on purpose: hidden ones, and what desktops leave beside others. */
final class HiddenFiles {
  private static final Set<String> OF_DESKTOPS =
      Set.of(".ds_store", "__macosx", "thumbs.db", "ehthumbs.db", "desktop.ini");

  private HiddenFiles() {}

  /** Whether a part of a path, from the archive's or folder's root, hides what is there. */
  static boolean isHidden(String path) {
    return Arrays.stream(StringUtils.split(path, '/')).anyMatch(HiddenFiles::hides);
  }

  /** Whether a desktop left it: of what is hidden only this is worth a word. */
  static boolean isOfDesktop(String path) {
    return Arrays.stream(StringUtils.split(path, '/'))
        .anyMatch(part -> part.startsWith("._") || isNamedByDesktop(part));
  }

  private static boolean hides(String part) {
    boolean way = part.equals(".") || part.equals("..");
    return (part.startsWith(".") && !way) || isNamedByDesktop(part);
  }

  private static boolean isNamedByDesktop(String part) {
    return OF_DESKTOPS.contains(part.toLowerCase(Locale.ROOT));
  }
}
