// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.text;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;

/** Words and their numbers; number 0 stands for every word that has none of its own. */
public final class Vocabulary implements Serializable {
  /** How the word of number 0 is written; no tokenizer makes it. */
  public static final String UNKNOWN = "<unknown>";

  private final ArrayList<String> words;
  private final HashMap<String, Integer> numbers;

  /**
   * A vocabulary of these words, numbered from 1 in their order.
   *
   * @param known distinct words
   */
  public Vocabulary(List<String> known) {
    words = new ArrayList<>(known.size() + 1);
    words.add(UNKNOWN);
    words.addAll(known);
    numbers = new HashMap<>();
    for (int number = 1; number < words.size(); number++) {
      numbers.put(words.get(number), number);
    }
  }

  /** The numbers of these words, 0 where a word is unknown. */
  public int[] numbers(List<String> text) {
    return text.stream().mapToInt(word -> numbers.getOrDefault(word, 0)).toArray();
  }

  /** The words by number, that of the unknown word first. */
  public List<String> words() {
    return List.copyOf(words);
  }
}
