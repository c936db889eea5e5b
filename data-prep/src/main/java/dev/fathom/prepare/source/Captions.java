// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.source;

import dev.fathom.random.RandomStream;
import java.util.List;

/** Which of a picture's several captions are used. */
public enum Captions {
  /** The first caption. */
  FIRST,
  /** All captions, each in a pair of its own. */
  ALL,
  /** One caption, drawn by the seed and the key. */
  RANDOM;

  /** Returns the captions that are used of a picture's captions; empty if it has none. */
  List<String> of(List<String> captions, long seed, String key) {
    if (captions.size() < 2 || this == ALL) {
      return captions;
    }
    int chosen =
        this == FIRST ? 0 : (int) (RandomStream.uniform(seed, "captions", key) * captions.size());
    return List.of(captions.get(chosen));
  }

  /** The key of a pair with one of the used captions: the picture's key if it is the only one. */
  String key(String picture, int caption) {
    return this == ALL ? picture + "#" + caption : picture;
  }
}
