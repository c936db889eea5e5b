// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.encoder;

import java.util.random.RandomGenerator;

/** Draws parameters to start from. */
final class Initialisation {
  private Initialisation() {}

  /**
   * Uniform within ±1/√in.
   *
   * @param fanIn how many numbers a unit reads
   * @return where what comes next starts
   */
  static int uniform(float[] parameters, int offset, int count, int fanIn, RandomGenerator random) {
    double bound = 1 / Math.sqrt(fanIn);
    for (int i = offset; i < offset + count; i++) {
      parameters[i] = (float) random.nextDouble(-bound, bound);
    }
    return offset + count;
  }
}
