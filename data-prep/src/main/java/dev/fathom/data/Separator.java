// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.data;

import dev.fathom.error.FathomException;
import java.util.List;
import java.util.regex.Pattern;

/** Finds the separator of a CSV file, which spreadsheets choose by country. */
public final class Separator {
  private static final String COMMA = ",";

  /** The usual separators, the likeliest first. */
  private static final List<String> USUAL = List.of(COMMA, ";", "\t", "|");

  /** Numbers as NumPy's savetxt writes them. */
  private static final Pattern SPACED = Pattern.compile("[-+.\\deE]+(?: [-+.\\deE]+)+");

  private Separator() {}

  /**
   * Reads the separator of a setting; a tab is {@code \t} or {@code tab}.
   *
   * @throws FathomException of usage if it cannot be a separator
   */
  public static String named(String setting) {
    String separator = setting.equals("\\t") || setting.equals("tab") ? "\t" : setting;
    if (separator.isEmpty() || separator.contains("\"") || separator.lines().count() != 1) {
      throw FathomException.usage(
          "input.separator = %s cannot stand between cells; give one such as ; or | or tab",
          setting);
    }
    return separator;
  }

  /**
   * The separator that occurs most often in the first row outside of quotes; a comma if none
   * occurs.
   */
  public static String ofHeader(String head) {
    String header = firstRow(head);
    String found = COMMA;
    for (String separator : USUAL) {
      if (count(header, separator) > count(header, found)) {
        found = separator;
      }
    }
    return found;
  }

  /**
   * The separator between numbers. One that cannot be part of a number is preferred to a comma,
   * which may be a decimal comma; a blank is tried last.
   */
  public static String ofNumbers(String head) {
    String row = firstRow(head).strip();
    return List.of(";", "\t", "|", COMMA).stream()
        .filter(row::contains)
        .findFirst()
        .orElse(SPACED.matcher(row).matches() ? " " : COMMA);
  }

  /** The first row without what is in quotes. */
  private static String firstRow(String head) {
    StringBuilder row = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < head.length(); i++) {
      char at = head.charAt(i);
      if (at == '"') {
        quoted = !quoted;
      } else if (!quoted && (at == '\n' || at == '\r') && !row.toString().isBlank()) {
        break;
      } else if (!quoted) {
        row.append(at);
      }
    }
    return row.toString();
  }

  private static long count(String row, String separator) {
    return row.chars().filter(at -> at == separator.charAt(0)).count();
  }
}
