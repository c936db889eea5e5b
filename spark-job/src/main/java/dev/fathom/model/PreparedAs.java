// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.model;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The settings by which a row of the input became what a model reads. */
public final class PreparedAs {
  private static final List<String> KEYS =
      List.of(
          "image.size",
          "image.resize",
          "image.maxPixels",
          "text.maxTokens",
          "text.maxCharacters",
          "text.clean");

  private PreparedAs() {}

  /**
   * Returns the settings as {@code KEY=VALUE}. A model of an earlier build does not have them; then
   * they are taken from its dataset, or else from its training.
   *
   * @param dataset settings on the card of the model's dataset; empty if the dataset is not
   *     available
   */
  public static List<String> assignments(ModelCard card, String dataset) {
    Map<String, String> prepared = new HashMap<>();
    String told = card.prepared().isEmpty() ? dataset : card.prepared();
    for (String word : told.split(" ", -1)) {
      int equals = word.indexOf('=');
      if (equals > 0) {
        // A card writes words with a hyphen, while the values of keys have an underscore.
        prepared.put(word.substring(0, equals), word.substring(equals + 1).replace('-', '_'));
      }
    }
    return KEYS.stream()
        .filter(key -> prepared.containsKey(name(key)) || card.settings().containsKey(key))
        .map(key -> key + "=" + prepared.getOrDefault(name(key), card.settings().get(key)))
        .toList();
  }

  /** The name of a key on the card of a dataset. */
  private static String name(String key) {
    return key.substring(key.indexOf('.') + 1);
  }
}
