// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.source;

import dev.fathom.random.RandomStream;
import java.util.List;

/** Which of several captions of a picture are taken. */
public enum Captions {
  /** The first caption. */
  FIRST,
  /** All captions, each in a pair of its own. */
  ALL,
  /** One caption, drawn by the seed and the key. */
  RANDOM;

  /** Those that are taken of the captions of one picture; none of none. */
  List<String> of(List<String> captions, long seed, String key) {
    if (captions.size() < 2 || this == ALL) {
      return captions;
    }
    int chosen =
        this == FIRST ? 0 : (int) (RandomStream.uniform(seed, "captions", key) * captions.size());
    return List.of(captions.get(chosen));
  }

  /** The key of a pair with one of the captions taken: that of the picture where it is the only. */
  String key(String picture, int caption) {
    return this == ALL ? picture + "#" + caption : picture;
  }
}
