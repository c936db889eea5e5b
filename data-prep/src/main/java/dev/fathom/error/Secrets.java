// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.error;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Takes credentials out of what is printed or written. What is read is reached by the real value;
 * what is kept to compare with is masked on both sides, so a key that was changed changes nothing.
 */
public final class Secrets {
  private static final String MASK = "***";

  /**
   * {@code user:password@} of a URI, whose password may hold slashes that nobody escaped. A host
   * with its port is none, nor is what stands before an @ by itself, such as a container of Azure.
   */
  private static final Pattern LOGIN =
      Pattern.compile("(?<=://)[^\\s/:\\[]*:(?!\\d+[/?#])(?:[^\\s/]*|[^\\s@]*)@");

  /** {@code name=value}, as in a query, of a name that says that the value is a secret. */
  private static final Pattern ASSIGNED =
      Pattern.compile(
          "((?:secret|passw(?:or)?d|passphrase|token(?!s|i)|credential|signature|\\bsig"
              + "|(?:access|account|api|private)[._-]?key)[\\w.-]*\\s*=\\s*)"
              + "(?:\"[^\"]*\"|[^\\s&,;\"')}\\]]+)",
          Pattern.CASE_INSENSITIVE);

  private Secrets() {}

  /** A text without the credentials in it. */
  public static String masked(String text) {
    String withoutLogins = LOGIN.matcher(text).replaceAll(MASK + "@");
    return ASSIGNED.matcher(withoutLogins).replaceAll("$1" + MASK);
  }

  /** The same of every value. */
  public static Map<String, String> masked(Map<String, String> values) {
    Map<String, String> masked = new TreeMap<>(values);
    masked.replaceAll((key, value) -> masked(value));
    return masked;
  }
}
