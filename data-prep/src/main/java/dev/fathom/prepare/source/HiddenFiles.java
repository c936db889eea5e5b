// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.source;

import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import org.apache.commons.lang3.StringUtils;

/**
 * Finds files that nobody put there on purpose: hidden ones, and files that desktops leave beside
 * others.
 */
final class HiddenFiles {
  private static final Set<String> OF_DESKTOPS =
      Set.of(".ds_store", "__macosx", "thumbs.db", "ehthumbs.db", "desktop.ini");

  private HiddenFiles() {}

  /** Whether a part of a path, from the root of an archive or a folder, is hidden. */
  static boolean isHidden(String path) {
    return Arrays.stream(StringUtils.split(path, '/')).anyMatch(HiddenFiles::hides);
  }

  /** Whether a desktop left the file; only such hidden files are reported. */
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
