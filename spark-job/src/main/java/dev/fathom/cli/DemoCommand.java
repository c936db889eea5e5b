// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "demo",
    description =
        "Everything, on the built-in scenes: pictures and captions that share a known number of factors.",
    footer = {"", "Example:", "  fathom demo --set scenes.factors=4"})
final class DemoCommand extends SubCommand {
  private static final String SCENES = "scenes";
  private static final String OWN_DIRECTORY = "fathom-demo";

  @Option(
      names = "--output",
      paramLabel = "DIR",
      defaultValue = OWN_DIRECTORY,
      description =
          "Where everything goes; default: ${DEFAULT-VALUE}, which is replaced if it is there.")
  private String output;

  @Override
  Optional<String> input() {
    return Optional.of(SCENES);
  }

  @Override
  List<String> assignments() {
    // A directory that the user names may hold other files, so only the command's own is
    // overwritten.
    return output.equals(OWN_DIRECTORY) ? List.of("output.overwrite=true") : List.of();
  }

  @Override
  boolean trains() {
    return true;
  }

  @Override
  void run(Job job) {
    RunCommand.whole(job, SCENES, output);
  }
}
