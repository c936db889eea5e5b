// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.sweep;

import dev.fathom.error.Secrets;
import dev.fathom.random.RandomStream;
import java.io.Serializable;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * One training of a sweep.
 *
 * @param settings the swept keys with this cell's values
 * @param repeat number of the repeat, from 0
 * @param seed seed of every random choice of the training and the measurements
 */
public record Cell(Map<String, String> settings, int repeat, long seed) implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Returns a file name that no other cell has. It does not depend on the order of the keys. */
  String file() {
    return String.format(
        "cell-%016x.json",
        RandomStream.hash(seed, "cell " + Secrets.masked(settings), (long) repeat));
  }

  /** Returns the same cell without credentials in its values. */
  Cell masked() {
    return new Cell(Secrets.masked(settings), repeat, seed);
  }

  /** The cell's name for display. */
  public String name() {
    String point =
        settings.entrySet().stream()
            .map(setting -> setting.getKey() + "=" + setting.getValue())
            .collect(Collectors.joining(" "));
    return point + (point.isEmpty() ? "" : " ") + "repeat " + (repeat + 1);
  }
}
