// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.source.synthetic;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** Writes captions that state the shared factors of a scene. */
final class SceneCaption {

  // The reader may be a bag of words, which knows neither order nor which number stands beside
  // which name. So a factor's value, cut to whole hundredths of its range, is said digit by digit,
  // in words that tell factor, digit and place at once: 0.47 of the range of x is "x40 x7". A sum
  // of word vectors can then be linear in the value with 20 words a factor, all of them frequent,
  // where a word for each of 100 levels would have to be learnt one by one.
  //
  // Opening, noun, verb, order of the factors and an ending are chosen at random: the caption's own
  // nuisance, which the picture knows nothing of.

  /** Number of decimal digits of a factor in a caption. */
  static final int DIGITS = 2;

  private static final List<String> OPENINGS = List.of("a", "one", "this is a", "there is one");
  private static final List<String> ADJECTIVES = List.of("soft", "plain", "round", "single");
  private static final List<String> NOUNS = List.of("disc", "circle", "spot", "dot", "ball");
  private static final List<String> VERBS = List.of("at", "with", "placed at", "painted with");
  private static final List<String> ENDINGS =
      List.of("", " on a pale ground", " and nothing else", " in the picture");

  private SceneCaption() {}

  /**
   * Writes a caption.
   *
   * @param shares the position of each factor in its range, in [0, 1)
   * @param shared number of factors to state, from the first on
   * @param nuisance generator of the phrasing
   */
  static String write(Map<Factor, Double> shares, int shared, RandomGenerator nuisance) {
    List<String> told = new ArrayList<>();
    for (Factor factor : List.of(Factor.values()).subList(0, shared)) {
      told.add(nuisance.nextInt(told.size() + 1), say(factor, shares.get(factor)));
    }
    return "%s %s %s %s %s%s"
        .formatted(
            any(OPENINGS, nuisance),
            any(ADJECTIVES, nuisance),
            any(NOUNS, nuisance),
            any(VERBS, nuisance),
            String.join(", ", told),
            any(ENDINGS, nuisance));
  }

  private static String say(Factor factor, double share) {
    List<String> words = new ArrayList<>();
    double rest = share;
    for (int place = DIGITS - 1; place >= 0; place--) {
      int digit = (int) (rest * 10);
      words.add(factor.word() + digit + "0".repeat(place));
      rest = rest * 10 - digit;
    }
    return String.join(" ", words);
  }

  private static String any(List<String> choices, RandomGenerator random) {
    return choices.get(random.nextInt(choices.size()));
  }
}
