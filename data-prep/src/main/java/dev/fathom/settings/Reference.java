// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.settings;

import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The comments and defaults of the reference configuration. */
public final class Reference {
  private Reference() {}

  /** The comment on a key; empty if there is none. */
  public static String comment(String key) {
    return value(key).origin().comments().stream()
        .map(String::strip)
        .collect(Collectors.joining(" "));
  }

  /** The default of a key: a number, a boolean, a text or a list; empty if it is null. */
  public static Optional<Object> standard(String key) {
    return Optional.ofNullable(value(key).unwrapped());
  }

  private static ConfigValue value(String key) {
    ConfigObject section = Settings.reference().root();
    List<String> path = ConfigUtil.splitPath(key);
    for (String name : path.subList(0, path.size() - 1)) {
      section = (ConfigObject) section.get(name);
    }
    return section.get(path.get(path.size() - 1));
  }
}
