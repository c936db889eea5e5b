// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.output;

import dev.fathom.error.Secrets;
import java.util.Map;
import java.util.TreeMap;

/**
 * The provenance of an output, written when a stage starts. A complete output with the same
 * provenance need not be made again.
 *
 * @param command the subcommand
 * @param inputs inputs, without credentials, each with a text that changes when the input does
 * @param settings every key with its value, except those of the output
 */
public record StageProvenance(
    String command, Map<String, String> inputs, Map<String, String> settings) {
  private static final String OF_THE_OUTPUT = "output.";

  /** Creates the provenance of a subcommand from its inputs and every key. */
  public static StageProvenance of(
      String command, Map<String, String> inputs, Map<String, String> effective) {
    Map<String, String> settings = new TreeMap<>(effective);
    settings.keySet().removeIf(key -> key.startsWith(OF_THE_OUTPUT));
    return new StageProvenance(command, Secrets.masked(inputs), settings);
  }
}
