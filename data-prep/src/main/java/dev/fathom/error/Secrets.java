// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.error;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Masks credentials in everything that is printed or written. Data is read with the real values.
 * Values that are kept for comparison are masked on both sides, so a changed password makes no
 * difference.
 */
public final class Secrets {
  private static final String MASK = "***";

  /**
   * {@code user:password@} of a URI; the password may hold unescaped slashes. It does not match a
   * host with a port, or a name without a password before an @, such as a container of Azure.
   */
  private static final Pattern LOGIN =
      Pattern.compile("(?<=://)[^\\s/:\\[]*:(?!\\d+[/?#])(?:[^\\s/]*|[^\\s@]*)@");

  /** {@code name=value}, as in a query, with a name that says that the value is a secret. */
  private static final Pattern ASSIGNED =
      Pattern.compile(
          "((?:secret|passw(?:or)?d|passphrase|token(?!s|i)|credential|signature|\\bsig"
              + "|(?:access|account|api|private)[._-]?key)[\\w.-]*\\s*=\\s*)"
              + "(?:\"[^\"]*\"|[^\\s&,;\"')}\\]]+)",
          Pattern.CASE_INSENSITIVE);

  private Secrets() {}

  /** Masks the credentials in a text. */
  public static String masked(String text) {
    String withoutLogins = LOGIN.matcher(text).replaceAll(MASK + "@");
    return ASSIGNED.matcher(withoutLogins).replaceAll("$1" + MASK);
  }

  /** Masks the credentials in every value. */
  public static Map<String, String> masked(Map<String, String> values) {
    Map<String, String> masked = new TreeMap<>(values);
    masked.replaceAll((key, value) -> masked(value));
    return masked;
  }
}
