// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.report;

import dev.fathom.settings.Settings;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What is needed to repeat a run.
 *
 * @param changed settings that differ from the defaults, by key
 * @param command command line for a shell
 */
record Provenance(List<Setting> changed, String command) {

  /** A key with its value and its default, which is empty if there is none. */
  record Setting(String key, String value, String standard) {}

  static Provenance of(RunReport report) {
    Map<String, String> defaults = Settings.defaults().effective();
    List<Setting> changed =
        new TreeMap<>(report.run().settings())
            .entrySet().stream()
                .filter(entry -> !entry.getValue().equals(defaults.get(entry.getKey())))
                .map(
                    entry ->
                        new Setting(
                            entry.getKey(),
                            entry.getValue(),
                            defaults.getOrDefault(entry.getKey(), "")))
                .toList();
    return new Provenance(changed, command(report, changed));
  }

  private static String command(RunReport report, List<Setting> changed) {
    StringBuilder command = new StringBuilder("./fathom " + report.run().command());
    if (report.run().command().equals("measure")) {
      command.append(" --embeddings EMBEDDINGS");
    } else if (report.width().isPresent()) {
      command.append(" --embeddings EMBEDDINGS --loss ").append(report.width().get().loss());
    } else {
      report
          .data()
          .ifPresent(
              card ->
                  card.parts()
                      .forEach(part -> command.append(" --input ").append(quoted(part.source()))));
    }
    command.append(" --output AGAIN");
    changed.forEach(
        setting ->
            command.append(" \\\n  --set ").append(quoted(setting.key() + "=" + setting.value())));
    return command.toString();
  }

  private static String quoted(String argument) {
    return argument.matches("[\\w@%+=:,./-]+")
        ? argument
        : "'" + argument.replace("'", "'\\''") + "'";
  }
}
