// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import picocli.CommandLine.Option;

/** The option of a command that writes all outputs of a run. */
final class OutputOption {
  @Option(
      names = "--output",
      required = true,
      paramLabel = "DIR",
      description = "Where everything goes.")
  private String directory;

  String directory() {
    return directory;
  }
}
