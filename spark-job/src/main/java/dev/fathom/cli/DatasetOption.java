// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import picocli.CommandLine.Option;

/** The option of a command that reads a prepared dataset. */
final class DatasetOption {
  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description = "A dataset that prepare wrote.")
  private String directory;

  String directory() {
    return directory;
  }
}
