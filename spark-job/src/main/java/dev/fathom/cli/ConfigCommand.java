// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import dev.fathom.error.ExitCode;
import dev.fathom.settings.Settings;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "config",
    mixinStandardHelpOptions = true,
    versionProvider = Fathom.Version.class,
    description =
        "Prints every setting with its value and where it comes from; what it prints is a --config file.",
    footer = {
      "",
      "Examples:",
      "  fathom config --config mine.conf --set model.dimension=32",
      "  fathom config --input scenes --changed"
    })
final class ConfigCommand implements Callable<Integer> {
  @Mixin private JobOptions options;
  @Spec private CommandSpec spec;

  @Option(
      names = "--input",
      paramLabel = "SPEC",
      description = "The pairs: a built-in source brings settings of its own.")
  private String input = "";

  @Option(names = "--changed", description = "Only what differs from the defaults.")
  private boolean changed;

  @Override
  public Integer call() {
    Settings settings = options.settings(input, List.of());
    JobSettings.of(settings);
    Settings defaults = Settings.defaults();
    for (String key : Settings.keys()) {
      String value = settings.rendered(key);
      if (!changed || !value.equals(defaults.rendered(key))) {
        spec.commandLine()
            .getOut()
            .printf("%-56s # %s%n", key + " = " + value, settings.origin(key));
      }
    }
    return ExitCode.SUCCESS.code();
  }
}
