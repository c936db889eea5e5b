// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.model;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** By which settings a row became what a model reads. */
public final class PreparedAs {
  private static final List<String> KEYS =
      List.of("image.size", "image.resize", "text.maxTokens", "text.maxCharacters", "text.clean");

  private PreparedAs() {}

  /**
   * The settings as {@code KEY=VALUE}: those of the model's dataset, or, in models of earlier
   * builds, those of its training.
   */
  public static List<String> assignments(ModelCard card) {
    Map<String, String> prepared = new HashMap<>();
    for (String word : card.prepared().split(" ", -1)) {
      int equals = word.indexOf('=');
      if (equals > 0) {
        prepared.put(word.substring(0, equals), word.substring(equals + 1));
      }
    }
    return KEYS.stream()
        .filter(key -> prepared.containsKey(name(key)) || card.settings().containsKey(key))
        .map(key -> key + "=" + prepared.getOrDefault(name(key), card.settings().get(key)))
        .toList();
  }

  /** How a dataset's card calls it. */
  private static String name(String key) {
    return key.substring(key.indexOf('.') + 1);
  }
}
