// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import picocli.CommandLine.Option;

/** The option of a command that reads a trained model. */
final class ModelOption {
  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "A model that train wrote.")
  private String directory;

  String directory() {
    return directory;
  }
}
