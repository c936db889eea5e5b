// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.random;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * The only source of randomness. A generator is a pure function of the job's seed, a named purpose,
 * and any number of indices (round, partition, epoch, row). A task that runs again draws the same
 * numbers.
 *
 * <p>Seed, name and indices are folded by the SplitMix64 finaliser (Steele, Lea, Flood, 2014),
 * whose avalanche makes neighbouring indices independent streams; text enters by 64-bit FNV-1a
 * first.
 */
public final class RandomStream {
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;
  private static final long FNV_OFFSET = 0xCBF29CE484222325L;
  private static final long FNV_PRIME = 0x100000001B3L;

  private RandomStream() {}

  /** Returns a generator for one purpose. */
  public static RandomGenerator of(long seed, String purpose, long... indices) {
    return new SplittableRandom(hash(seed, purpose, indices));
  }

  /** Returns 64 well mixed bits that depend on every argument. */
  public static long hash(long seed, String text, long... indices) {
    long state = FNV_OFFSET;
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      state = (state ^ (b & 0xff)) * FNV_PRIME;
    }
    state = mix(mix(seed + GOLDEN_GAMMA) ^ state);
    for (long index : indices) {
      state = mix((state + GOLDEN_GAMMA) ^ mix(index + GOLDEN_GAMMA));
    }
    return state;
  }

  /**
   * Returns a number in [0, 1) that depends only on seed, purpose and text, so splits do not change
   * when rows are added.
   */
  public static double uniform(long seed, String purpose, String text) {
    return (hash(hash(seed, purpose), text) >>> 11) * 0x1.0p-53;
  }

  /** Shuffles {@code values[0, count)} in place (Fisher–Yates). */
  public static void shuffle(int[] values, int count, RandomGenerator random) {
    for (int i = count - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swapped = values[i];
      values[i] = values[j];
      values[j] = swapped;
    }
  }

  private static long mix(long value) {
    long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
