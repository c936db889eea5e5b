// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.error;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;

/** Finds the cause of an error, without the wrapping from a task to the driver. */
public final class Causes {
  private static final String CAUSED_BY = "Caused by: ";

  /** Spark's words before the error of a task. */
  private static final Pattern CARRIER =
      Pattern.compile(
          "(?s)^(?:Job aborted due to stage failure: |Exception thrown in awaitResult: )"
              + "(?:.*?[Mm]ost recent failure(?: reason)?: )?"
              + "(?:Lost task \\S+ in stage \\S+ \\(TID \\d+\\) \\([^)]*\\): )?"
              + "(?:Stage failed because barrier task .*? finished unsuccessfully\\.\\s*)?");

  /** The name of an error's class in a stack trace. */
  private static final Pattern CLASS =
      Pattern.compile("^(?:[\\w$]+\\.)+[\\w$]*(?:Exception|Error): (?=.*\\s)");

  private Causes() {}

  /** The original error, which Spark and threads wrap when it comes from a task. */
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

  /** A message without Spark's words about its task and stage. */
  public static String withoutCarrier(String message) {
    return CARRIER.matcher(message).replaceFirst("");
  }

  /** One line about the root cause of an error. */
  public static String told(Throwable error) {
    List<Throwable> chain = new ArrayList<>();
    for (Throwable at = error; at != null && !chain.contains(at); at = at.getCause()) {
      chain.add(at);
    }
    for (int i = chain.size() - 1; i >= 0; i--) {
      Throwable cause = chain.get(i);
      String message = bottom(withoutCarrier(message(cause)));
      if (!message.isBlank()) {
        // A single word, such as a host, needs the name of its error to mean anything.
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

  /** The first line of a message, or the last cause if it contains a stack trace. */
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
