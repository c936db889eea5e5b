// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.error;

import com.google.errorprone.annotations.FormatMethod;
import java.util.Arrays;

/**
 * An error that a user can act on. The message is one line: what is wrong, where, what to do. It
 * carries the exit code that the process ends with.
 */
public final class FathomException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ExitCode exitCode;

  private FathomException(ExitCode exitCode, String message, Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
  }

  /** Creates the error of a wrong command line or configuration. */
  @FormatMethod
  public static FathomException usage(String format, Object... arguments) {
    return new FathomException(ExitCode.USAGE, String.format(format, printable(arguments)), null);
  }

  /** Creates the error of wrong data. */
  @FormatMethod
  public static FathomException data(String format, Object... arguments) {
    return new FathomException(ExitCode.DATA, String.format(format, printable(arguments)), null);
  }

  /** Creates the error of a diverged training. */
  @FormatMethod
  public static FathomException diverged(String format, Object... arguments) {
    return new FathomException(
        ExitCode.DIVERGED, String.format(format, printable(arguments)), null);
  }

  /** Creates an error with any exit code. */
  @FormatMethod
  public static FathomException of(ExitCode exitCode, String format, Object... arguments) {
    return new FathomException(exitCode, String.format(format, printable(arguments)), null);
  }

  /** Escapes users' text for a terminal; numbers stay numbers. */
  private static Object[] printable(Object... arguments) {
    return Arrays.stream(arguments)
        .map(
            value ->
                value instanceof Number || value instanceof Boolean
                    ? value
                    : Printable.value(String.valueOf(value)))
        .toArray();
  }

  /** Adds the cause, which {@code --verbose} prints, and returns this error. */
  public FathomException causedBy(Throwable cause) {
    return new FathomException(exitCode, getMessage(), cause);
  }

  /** The code that the process ends with. */
  public ExitCode exitCode() {
    return exitCode;
  }
}
