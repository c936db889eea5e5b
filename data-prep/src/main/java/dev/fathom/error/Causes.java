// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.error;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;

/** What an error says of what went wrong, without what carried it from a task to the driver. */
public final class Causes {
  private static final String CAUSED_BY = "Caused by: ";

  /** How Spark tells of a task's error before it comes to the error itself. */
  private static final Pattern CARRIER =
      Pattern.compile(
          "(?s)^(?:Job aborted due to stage failure: |Exception thrown in awaitResult: )"
              + "(?:.*?[Mm]ost recent failure(?: reason)?: )?"
              + "(?:Lost task \\S+ in stage \\S+ \\(TID \\d+\\) \\([^)]*\\): )?"
              + "(?:Stage failed because barrier task .*? finished unsuccessfully\\.\\s*)?");

  /** How a stack trace names the class of an error. */
  private static final Pattern CLASS =
      Pattern.compile("^(?:[\\w$]+\\.)+[\\w$]*(?:Exception|Error): (?=.*\\s)");

  private Causes() {}

  /** The error itself, which Spark and threads wrap when it comes out of a task. */
  public static Throwable unwrapped(Throwable error) {
    Throwable found = error;
    while (found.getCause() != null && isCarrier(found)) {
      found = found.getCause();
    }
    return found;
  }

  private static boolean isCarrier(Throwable error) {
    return error instanceof ExecutionException || CARRIER.matcher(message(error)).find();
  }

  /** A message without Spark's words on which task of which stage it comes from. */
  public static String withoutCarrier(String message) {
    return CARRIER.matcher(message).replaceFirst("");
  }

  /** One line that says what is at the bottom of an error. */
  public static String told(Throwable error) {
    List<Throwable> chain = new ArrayList<>();
    for (Throwable at = error; at != null && !chain.contains(at); at = at.getCause()) {
      chain.add(at);
    }
    for (int i = chain.size() - 1; i >= 0; i--) {
      Throwable cause = chain.get(i);
      String message = bottom(withoutCarrier(message(cause)));
      if (!message.isBlank()) {
        // A word by itself, such as a host, says nothing without its error.
        return message.contains(" ") ? message : kind(cause) + ": " + message;
      }
    }
    return kind(chain.get(chain.size() - 1));
  }

  /** The name of an error's class as words. */
  private static String kind(Throwable error) {
    String name = error.getClass().getSimpleName().replaceFirst("(?<=.)(Exception|Error)$", "");
    return name.replaceAll("(?<=[a-z])(?=[A-Z])", " ").toLowerCase(Locale.ROOT);
  }

  /** The first line of a message; of one that holds a stack trace, the last cause in it. */
  private static String bottom(String message) {
    List<String> lines = message.lines().toList();
    return lines.stream()
        .filter(line -> line.startsWith(CAUSED_BY))
        .reduce((first, last) -> last)
        .map(line -> line.substring(CAUSED_BY.length()))
        .or(() -> lines.stream().findFirst())
        .map(line -> CLASS.matcher(line).replaceFirst("").strip())
        .orElse("");
  }

  private static String message(Throwable error) {
    return error.getMessage() == null ? "" : error.getMessage();
  }
}
