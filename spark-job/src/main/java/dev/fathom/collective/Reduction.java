// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.collective;

/** How arrays are reduced to one, element by element. */
public enum Reduction {
  /** The sum of the elements. */
  SUM {
    @Override
    void into(float[] target, int targetOffset, float[] source, int offset, int length) {
      for (int i = 0; i < length; i++) {
        target[targetOffset + i] += source[offset + i];
      }
    }
  },
  /** The largest of the elements. */
  MAXIMUM {
    @Override
    void into(float[] target, int targetOffset, float[] source, int offset, int length) {
      for (int i = 0; i < length; i++) {
        target[targetOffset + i] = Math.max(target[targetOffset + i], source[offset + i]);
      }
    }
  };

  /** Reduces {@code length} numbers of {@code source} into {@code target}. */
  abstract void into(float[] target, int targetOffset, float[] source, int offset, int length);
}
