// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.text;

import dev.fathom.error.FathomException;
import dev.fathom.settings.Settings;
import java.io.Serializable;

/**
 * The {@code text} keys of the configuration.
 *
 * @param vocabularySize number of token numbers, including those of unknown words
 * @param unknownBuckets number of token numbers that unknown words share, by their hash
 * @param maxTokens number of words of a caption that are kept
 * @param maxCharacters number of characters of a caption above which it is refused
 * @param clean whether HTML is removed
 */
public record TextSettings(
    int vocabularySize, int unknownBuckets, int maxTokens, int maxCharacters, boolean clean)
    implements Serializable {

  /** Checks that the vocabulary has room for known words. */
  public TextSettings {
    if (unknownBuckets >= vocabularySize) {
      throw FathomException.usage(
          "text.unknownBuckets = %s leaves no number of text.vocabularySize = %s to a word",
          unknownBuckets, vocabularySize);
    }
  }

  /** Reads {@code text.*}. */
  public static TextSettings of(Settings settings) {
    return new TextSettings(
        settings.integer("text.vocabularySize", 2, 10_000_000),
        settings.integer("text.unknownBuckets", 1, 1_000_000),
        settings.integer("text.maxTokens", 1, 100_000),
        settings.integer("text.maxCharacters", 1, Integer.MAX_VALUE),
        settings.flag("text.clean"));
  }
}
