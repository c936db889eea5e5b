// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.text;

import dev.fathom.settings.Settings;
import java.io.Serializable;

/**
 * What captions become.
 *
 * @param vocabularySize how many numbers there are, that of the unknown word included
 * @param maxTokens words of a caption that are kept
 */
public record TextSettings(int vocabularySize, int maxTokens) implements Serializable {

  /** Reads {@code text.*}. */
  public static TextSettings of(Settings settings) {
    return new TextSettings(
        settings.integer("text.vocabularySize", 2, 10_000_000),
        settings.integer("text.maxTokens", 1, 100_000));
  }
}
