// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.cli;

import dev.fathom.error.Secrets;
import dev.fathom.files.Storage;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.hadoop.fs.Path;

/**
 * What makes an output what it is: written when a stage begins, so that a complete output with the
 * same stamp need not be made again.
 *
 * @param command the subcommand
 * @param inputs what was read, with what tells whether it has changed, without credentials
 * @param settings every key with its value but those of the output
 */
record StageProvenance(String command, Map<String, String> inputs, Map<String, String> settings) {
  private static final String FILE = "_stage.json";
  private static final String OF_THE_OUTPUT = "output.";

  static StageProvenance of(
      String command, Map<String, String> inputs, Map<String, String> effective) {
    Map<String, String> settings = new TreeMap<>(effective);
    settings.keySet().removeIf(key -> key.startsWith(OF_THE_OUTPUT));
    return new StageProvenance(command, Secrets.masked(inputs), settings);
  }

  void write(Storage storage, Path output) {
    storage.writeJson(new Path(output, FILE), this);
  }

  /** The stamp of an output, if it has one. */
  static Optional<StageProvenance> read(Storage storage, Path output) {
    Path file = new Path(output, FILE);
    return storage.exists(file)
        ? Optional.of(storage.readJson(file, StageProvenance.class))
        : Optional.empty();
  }
}
