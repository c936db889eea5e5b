// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.search;

import dev.fathom.data.DatasetCard;
import dev.fathom.model.ModelCard;
import dev.fathom.settings.Settings;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** By which settings a row of a model's dataset was made. */
final class Preparation {
  /** What decides what a text or a picture becomes. */
  private static final List<String> KEYS =
      List.of(
          "image.size",
          "image.resize",
          "image.maxPixels",
          "text.vocabularySize",
          "text.unknownBuckets",
          "text.maxTokens",
          "text.maxCharacters",
          "text.clean");

  private Preparation() {}

  /**
   * The settings, as the model has them from its dataset, or else, in those of earlier builds, as
   * the dataset itself or the training had them.
   */
  static Settings of(ModelCard card, Optional<DatasetCard> dataset) {
    String told =
        card.prepared().isEmpty() ? dataset.map(DatasetCard::settings).orElse("") : card.prepared();
    Map<String, String> values = new HashMap<>();
    for (String word : told.split(" ", -1)) {
      int equals = word.indexOf('=');
      if (equals > 0) {
        values.put(word.substring(0, equals), word.substring(equals + 1));
      }
    }
    return Settings.defaults()
        .with(
            KEYS.stream()
                .filter(key -> values.containsKey(name(key)) || card.settings().containsKey(key))
                .map(key -> key + "=" + values.getOrDefault(name(key), card.settings().get(key)))
                .toList());
  }

  /** How a dataset's card calls it. */
  private static String name(String key) {
    return key.substring(key.indexOf('.') + 1);
  }
}
