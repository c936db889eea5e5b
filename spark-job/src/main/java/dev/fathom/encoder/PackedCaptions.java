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

  /** Number of captions. */
  int count() {
    return count;
  }

  /** Number of tokens of all captions. */
  int size() {
    return starts[count];
  }

  /**
   * The index of a caption's first token in {@link #tokens}; for {@link #count}, the end of the
   * last caption.
   */
  int start(int caption) {
    return starts[caption];
  }

  /** Number of tokens of a caption. */
  int length(int caption) {
    return starts[caption + 1] - starts[caption];
  }

  /** Token numbers of all captions, one after another. */
  int[] tokens() {
    return tokens;
  }
}
