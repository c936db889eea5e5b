// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.encoder;

import java.util.random.RandomGenerator;

/** Draws initial parameters. */
final class Initialisation {
  private Initialisation() {}

  /**
   * Draws numbers uniformly within ±1/√in.
   *
   * @param fanIn number of inputs of a unit
   * @return the index after the last number drawn
   */
  static int uniform(float[] parameters, int offset, int count, int fanIn, RandomGenerator random) {
    double bound = 1 / Math.sqrt(fanIn);
    for (int i = offset; i < offset + count; i++) {
      parameters[i] = (float) random.nextDouble(-bound, bound);
    }
    return offset + count;
  }
}
