// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.output;

import dev.fathom.error.Secrets;
import java.util.Map;
import java.util.TreeMap;

/**
 * What makes an output what it is: written when a stage begins, so that a complete output with the
 * same stamp need not be made again.
 *
 * @param command the subcommand
 * @param inputs what was read, with what tells whether it has changed, without credentials
 * @param settings every key with its value but those of the output
 */
public record StageProvenance(
    String command, Map<String, String> inputs, Map<String, String> settings) {
  private static final String OF_THE_OUTPUT = "output.";

  /** Of a subcommand with what it reads and every key. */
  public static StageProvenance of(
      String command, Map<String, String> inputs, Map<String, String> effective) {
    Map<String, String> settings = new TreeMap<>(effective);
    settings.keySet().removeIf(key -> key.startsWith(OF_THE_OUTPUT));
    return new StageProvenance(command, Secrets.masked(inputs), settings);
  }
}
