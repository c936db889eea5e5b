// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.encoder;

/** The captions of a batch one after another, without padding. */
final class PackedCaptions {
  private final int[] tokens;
  private final int[] starts;
  private int count;

  PackedCaptions(int maximumCaptions, int maximumTokens) {
    tokens = new int[Math.multiplyExact(maximumCaptions, maximumTokens)];
    starts = new int[maximumCaptions + 1];
  }

  /** Reads some rows of a column. */
  void read(Column column, int[] rows, int count) {
    this.count = count;
    for (int i = 0; i < count; i++) {
      starts[i + 1] = starts[i] + ((Column.Tokens) column).copyRow(rows[i], tokens, starts[i]);
    }
  }

  /** How many captions. */
  int count() {
    return count;
  }

  /** How many tokens in all. */
  int size() {
    return starts[count];
  }

  /** Where a caption starts in {@link #tokens}; of {@link #count}, where the last one ends. */
  int start(int caption) {
    return starts[caption];
  }

  /** Tokens of a caption. */
  int length(int caption) {
    return starts[caption + 1] - starts[caption];
  }

  /** Token numbers. */
  int[] tokens() {
    return tokens;
  }
}
