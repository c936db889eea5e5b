// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.text;

import dev.fathom.random.RandomStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;

/**
 * Words and their numbers. The first numbers stand for words that have none of their own, each for
 * those whose hash falls to it: so that two rare words are seldom the same to an encoder.
 */
public final class Vocabulary implements Serializable {
  /** How the word of the first numbers begins; no tokenizer makes it. */
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
   * A vocabulary of these words, numbered after the unknown ones in their order.
   *
   * @param known distinct words
   * @param buckets numbers of unknown words, 1 or more
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

  /** The vocabulary of a card. */
  public static Vocabulary read(List<String> words) {
    int buckets = 0;
    while (buckets < words.size() && words.get(buckets).startsWith(UNKNOWN)) {
      buckets++;
    }
    return new Vocabulary(words, buckets);
  }

  /** The numbers of these words. */
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

  /** The words by number, those of unknown words first. */
  public List<String> words() {
    return List.copyOf(words);
  }
}
