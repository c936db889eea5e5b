// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import dev.fathom.prepare.backbone.BackboneSettings;
import dev.fathom.settings.Settings;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The option of a command that opens a model's frozen networks without Spark. */
final class MovedNetworks {
  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description =
          "image.backbone, text.backbone or text.tokenizer: where a file is now that the model was"
              + " trained on; repeatable.")
  private final List<String> assignments = new ArrayList<>();

  BackboneSettings settings() {
    return BackboneSettings.of(Settings.of("", List.of(), assignments));
  }
}
