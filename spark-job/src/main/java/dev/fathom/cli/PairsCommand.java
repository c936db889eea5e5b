// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import java.util.Optional;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;

/** A subcommand that starts from pairs, prepared or not, and ends with a report. */
abstract class PairsCommand extends SubCommand {
  @ArgGroup(multiplicity = "1")
  private Pairs pairs;

  @Mixin private OutputOption output;

  String output() {
    return output.directory();
  }

  @Override
  Optional<String> input() {
    return Optional.ofNullable(pairs.input);
  }

  @Override
  Optional<String> dataset() {
    return Optional.ofNullable(pairs.data);
  }
}
