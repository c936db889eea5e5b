// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.text;

import dev.fathom.error.FathomException;
import dev.fathom.settings.Settings;
import java.io.Serializable;

/**
 * What captions become.
 *
 * @param vocabularySize how many numbers there are, those of unknown words included
 * @param unknownBuckets how many numbers unknown words share, by their hash
 * @param maxTokens words of a caption that are kept
 * @param maxCharacters of a caption, above which it is refused
 * @param clean whether HTML is taken out
 */
public record TextSettings(
    int vocabularySize, int unknownBuckets, int maxTokens, int maxCharacters, boolean clean)
    implements Serializable {

  /** Checks that words are left beside the unknown ones. */
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
