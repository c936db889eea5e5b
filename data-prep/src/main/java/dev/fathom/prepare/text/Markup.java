// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.text;

import java.util.regex.Pattern;
import org.jsoup.Jsoup;
import org.jsoup.parser.Parser;

/** HTML in captions, as the alternative texts of pictures have it. */
final class Markup {
  private static final String TAG = "<[/!?a-zA-Z][^<>]*>";

  private static final Pattern ANY =
      Pattern.compile("&(?:#\\d{1,7}|#[xX]\\p{XDigit}{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});|" + TAG);

  /** Less than, or a heart. */
  private static final Pattern NO_TAG = Pattern.compile("<(?!" + TAG.substring(1) + ")");

  private Markup() {}

  /**
   * A text without tags, its entities as what they stand for; those that were escaped twice, too,
   * as pages that were made from pages have them. A text without HTML is the same as before.
   */
  static String removed(String text) {
    if (!ANY.matcher(text).find()) {
      return text;
    }
    String once = Parser.unescapeEntities(text, true);
    return Jsoup.parseBodyFragment(NO_TAG.matcher(once).replaceAll("&lt;")).text();
  }
}
