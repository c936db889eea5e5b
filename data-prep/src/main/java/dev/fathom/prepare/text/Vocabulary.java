// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.text;

import dev.fathom.random.RandomStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;

/**
 * Words and their numbers. The first numbers stand for unknown words, each for the words whose hash
 * falls to it, so that an encoder can tell most rare words apart.
 */
public final class Vocabulary implements Serializable {
  /** Prefix of the words of the first numbers; no tokenizer produces it. */
  private static final String UNKNOWN = "<unknown";

  private final ArrayList<String> words;
  private final HashMap<String, Integer> numbers;
  private final int buckets;

  private Vocabulary(List<String> words, int buckets) {
    this.words = new ArrayList<>(words);
    this.buckets = buckets;
    numbers = new HashMap<>();
    for (int number = buckets; number < words.size(); number++) {
      numbers.put(words.get(number), number);
    }
  }

  /**
   * Makes a vocabulary of these words, numbered in their order after the unknown ones.
   *
   * @param known distinct words
   * @param buckets number of token numbers for unknown words, 1 or more
   */
  public static Vocabulary of(List<String> known, int buckets) {
    List<String> words = new ArrayList<>(known.size() + buckets);
    words.add(UNKNOWN + ">");
    for (int bucket = 1; bucket < buckets; bucket++) {
      words.add(UNKNOWN + " " + bucket + ">");
    }
    words.addAll(known);
    return new Vocabulary(words, buckets);
  }

  /** Reads the vocabulary of a card. */
  public static Vocabulary read(List<String> words) {
    int buckets = 0;
    while (buckets < words.size() && words.get(buckets).startsWith(UNKNOWN)) {
      buckets++;
    }
    return new Vocabulary(words, buckets);
  }

  /** Returns the numbers of these words. */
  public int[] numbers(List<String> text) {
    return text.stream().mapToInt(this::number).toArray();
  }

  private int number(String word) {
    Integer known = numbers.get(word);
    if (known != null) {
      return known;
    }
    return buckets < 2 ? 0 : (int) Math.floorMod(RandomStream.hash(0, word), (long) buckets);
  }

  /** The words by number, with those of unknown words first. */
  public List<String> words() {
    return List.copyOf(words);
  }
}
