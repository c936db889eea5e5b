// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import dev.fathom.error.FathomException;
import dev.fathom.prepare.backbone.BackboneSettings;
import dev.fathom.settings.Settings;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The option of a command that opens a model's frozen networks without Spark. */
final class MovedNetworks {
  private static final List<String> KEYS =
      List.of("image.backbone", "text.backbone", "text.tokenizer");

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description =
          "image.backbone, text.backbone or text.tokenizer: where a file is now that the model was"
              + " trained on; repeatable.")
  private final List<String> assignments = new ArrayList<>();

  BackboneSettings settings() {
    List<String> keys =
        assignments.stream().map(assignment -> assignment.replaceFirst("=.*", "")).toList();
    keys.stream()
        .filter(key -> !KEYS.contains(key))
        .findFirst()
        .ifPresent(
            key -> {
              throw FathomException.usage("--set takes %s here, not %s", KEYS, key);
            });
    if (keys.contains("text.tokenizer") && !keys.contains("text.backbone")) {
      throw FathomException.usage("text.tokenizer goes with text.backbone; set both");
    }
    return BackboneSettings.of(Settings.of("", List.of(), assignments));
  }
}
