// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.text;

import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jsoup.Jsoup;
import org.jsoup.parser.Parser;
import org.jsoup.parser.Tag;

/** Removes HTML from captions, which the alternative texts of pictures may contain. */
final class Markup {
  private static final String TAG = "<[/!?a-zA-Z][^<>]*>";

  private static final Pattern ANY =
      Pattern.compile("&(?:#\\d{1,7}|#[xX]\\p{XDigit}{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});|" + TAG);

  /** The beginning of a tag, a comment or a declaration, with the tag's name. */
  private static final Pattern OPENING =
      Pattern.compile("<(?:/?([a-zA-Z][a-zA-Z0-9]*)(?=[\\s/>])[^<>]*>|[!?][^<>]*>)?");

  private Markup() {}

  /**
   * Returns a text without tags and with its entities resolved, also those that were escaped twice,
   * as in pages that were made from pages. A text without HTML is returned unchanged.
   */
  static String removed(String text) {
    if (!ANY.matcher(text).find()) {
      return text;
    }
    String once = Parser.unescapeEntities(text, true);
    return Jsoup.parseBodyFragment(OPENING.matcher(once).replaceAll(Markup::literal)).text();
  }

  /** Text that HTML does not know stays: less than, a heart, a placeholder such as a PERSON's. */
  private static String literal(MatchResult found) {
    String name = found.group(1);
    boolean markup =
        found.group().length() > 1
            && (name == null || Tag.isKnownTag(name.toLowerCase(Locale.ROOT)));
    return Matcher.quoteReplacement(markup ? found.group() : "&lt;" + found.group().substring(1));
  }
}
