// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import picocli.CommandLine.Option;

/** The options that name the pairs. */
final class Pairs {
  @Option(
      names = "--input",
      required = true,
      paramLabel = "SPEC",
      description =
          "A path (its form is detected), or scenes, gaussian-linear, gaussian-nonlinear.")
  String input;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description = "A dataset that prepare wrote.")
  String data;
}
