// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.error;

import com.google.errorprone.annotations.FormatMethod;

/**
 * An error that a person can act on. The message is one line: what is wrong, where, what to do. It
 * carries the exit code that the process ends with.
 */
public final class FathomException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ExitCode exitCode;

  private FathomException(ExitCode exitCode, String message, Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
  }

  /** The command line or the configuration is wrong. */
  @FormatMethod
  public static FathomException usage(String format, Object... arguments) {
    return new FathomException(ExitCode.USAGE, String.format(format, arguments), null);
  }

  /** The data is wrong. */
  @FormatMethod
  public static FathomException data(String format, Object... arguments) {
    return new FathomException(ExitCode.DATA, String.format(format, arguments), null);
  }

  /** Training diverged. */
  @FormatMethod
  public static FathomException diverged(String format, Object... arguments) {
    return new FathomException(ExitCode.DIVERGED, String.format(format, arguments), null);
  }

  /** An error of any kind. */
  @FormatMethod
  public static FathomException of(ExitCode exitCode, String format, Object... arguments) {
    return new FathomException(exitCode, String.format(format, arguments), null);
  }

  /** The same error with what caused it, for {@code --verbose}. */
  public FathomException causedBy(Throwable cause) {
    return new FathomException(exitCode, getMessage(), cause);
  }

  /** The code that the process ends with. */
  public ExitCode exitCode() {
    return exitCode;
  }
}
