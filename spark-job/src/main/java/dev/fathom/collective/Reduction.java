// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.collective;

/** How arrays become one, number by number. */
public enum Reduction {
  /** Their sum. */
  SUM {
    @Override
    void into(float[] target, int targetOffset, float[] source, int offset, int length) {
      for (int i = 0; i < length; i++) {
        target[targetOffset + i] += source[offset + i];
      }
    }
  },
  /** The larger of each two. */
  MAXIMUM {
    @Override
    void into(float[] target, int targetOffset, float[] source, int offset, int length) {
      for (int i = 0; i < length; i++) {
        target[targetOffset + i] = Math.max(target[targetOffset + i], source[offset + i]);
      }
    }
  };

  /** Takes {@code length} numbers of {@code source} into as many of {@code target}. */
  abstract void into(float[] target, int targetOffset, float[] source, int offset, int length);
}
