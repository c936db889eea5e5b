// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.error;

/** The process exit codes that scripts and schedulers may rely on. */
public enum ExitCode {
  /** Done. */
  SUCCESS(0),
  /** Any other error. */
  FAILURE(1),
  /** The command line or the configuration is wrong. */
  USAGE(2),
  /** The data is missing, unreadable, or has too many rejects. */
  DATA(3),
  /** Training diverged. */
  DIVERGED(4),
  /** {@code compare} found a change beyond its limits. */
  MOVED(5);

  private final int code;

  ExitCode(int code) {
    this.code = code;
  }

  /** The number that the process ends with. */
  public int code() {
    return code;
  }
}
