// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.error;

/** The process exit codes that scripts and schedulers may rely on. */
public enum ExitCode {
  /** The command succeeded. */
  SUCCESS(0),
  /** Any error that has no code of its own. */
  FAILURE(1),
  /** The command line or the configuration is wrong. */
  USAGE(2),
  /** The data is missing, unreadable, or has too many rejected rows. */
  DATA(3),
  /** The training diverged. */
  DIVERGED(4),
  /** The command {@code compare} found a change beyond its limits. */
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
