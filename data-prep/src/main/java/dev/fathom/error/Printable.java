// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.error;

import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Makes text safe for a terminal. Users' text may hold zeros, escape sequences, marks that change
 * the direction of writing, or a whole file in one line.
 */
public final class Printable {
  /** Largest number of characters of a value in a message. */
  static final int LONGEST_VALUE = 1000;

  private static final int LONGEST_LINE = 8000;

  /**
   * Control and format characters and lone surrogates, except those that join emoji and letters.
   */
  private static final Pattern UNPRINTABLE =
      Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Cs}\\u2028\\u2029&&[^\\u200c\\u200d]]");

  private static final Pattern LINE_BREAK = Pattern.compile("\\R\\s*");

  private Printable() {}

  /**
   * Makes one line: line breaks become blanks, unprintable characters their numbers, and long text
   * is cut.
   */
  public static String line(String text) {
    return cut(escaped(LINE_BREAK.matcher(text.strip()).replaceAll(" ")), LONGEST_LINE);
  }

  /**
   * Makes a value of a message: unprintable characters become their numbers, and long text is cut.
   */
  static String value(String text) {
    // Text that is cut off later need not be escaped.
    return cut(escaped(cut(text, LONGEST_VALUE)), LONGEST_VALUE);
  }

  private static String escaped(String text) {
    return UNPRINTABLE.matcher(text).replaceAll(Printable::number);
  }

  private static String number(MatchResult found) {
    return "\\\\u%04x".formatted(found.group().codePointAt(0));
  }

  private static String cut(String text, int longest) {
    if (text.length() <= longest) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(longest - 1)) ? longest - 1 : longest;
    return text.substring(0, end) + "…";
  }
}
