// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.blas;

/** Vectorised arithmetic on ranges of arrays. */
public final class VectorMath {
  /*
   * Loops that the JIT compiler turns into vector instructions, which Math.exp and a plain float sum are not.
   *
   * exp: for x ≤ 0, exp(x) = p(x/32)^32, where p is the Taylor polynomial of degree 9. There is no bit manipulation, which
   * C2 does not vectorise on Java 17, only multiplications and additions. x is cut off at −60: such a term is 1e-26 of the
   * largest, and products of two of them stay clear of denormal numbers, which are slow. So x/32 lies in [−1.9, 0], where
   * the polynomial is exact to 1e-4 at the far end and to rounding near 0, where the terms that matter are. Five squarings
   * multiply a rounding error by 32: about 2e-6 relative.
   *
   * sum: a float sum must keep its order in Java, so it runs one addition at a time; eight partial sums run eight.
   */

  /** Smallest exponent; smaller ones are replaced by it. */
  public static final float SMALLEST_EXPONENT = -60f;

  private VectorMath() {}

  /**
   * {@code target[i] ← exp(scale·(source[i] − shift))} over a range; the exponents must not be
   * above 0.
   */
  public static void exp(
      float[] source, int from, int to, float scale, float shift, float[] target) {
    for (int i = from; i < to; i++) {
      float y = Math.max(scale * (source[i] - shift), SMALLEST_EXPONENT) * (1f / 32f);
      float p = 1f / 362880f;
      p = p * y + 1f / 40320f;
      p = p * y + 1f / 5040f;
      p = p * y + 1f / 720f;
      p = p * y + 1f / 120f;
      p = p * y + 1f / 24f;
      p = p * y + 1f / 6f;
      p = p * y + 0.5f;
      p = p * y + 1f;
      p = p * y + 1f;
      float p2 = p * p;
      float p4 = p2 * p2;
      float p8 = p4 * p4;
      float p16 = p8 * p8;
      target[i] = p16 * p16;
    }
  }

  /** The sum of a range. The order of the additions depends only on the length. */
  public static float sum(float[] values, int from, int to) {
    float a = 0;
    float b = 0;
    float c = 0;
    float d = 0;
    float e = 0;
    float f = 0;
    float g = 0;
    float h = 0;
    int i = from;
    for (; i + 8 <= to; i += 8) {
      a += values[i];
      b += values[i + 1];
      c += values[i + 2];
      d += values[i + 3];
      e += values[i + 4];
      f += values[i + 5];
      g += values[i + 6];
      h += values[i + 7];
    }
    for (; i < to; i++) {
      a += values[i];
    }
    return ((a + b) + (c + d)) + ((e + f) + (g + h));
  }

  /** The largest of a range. */
  public static float max(float[] values, int from, int to) {
    float max = Float.NEGATIVE_INFINITY;
    for (int i = from; i < to; i++) {
      max = Math.max(max, values[i]);
    }
    return max;
  }

  /** {@code target[to + i] ← target[to + i] + source[from + i]}. */
  public static void add(float[] source, int from, float[] target, int to, int length) {
    for (int i = 0; i < length; i++) {
      target[to + i] += source[from + i];
    }
  }

  /** The inner product of two ranges. */
  public static double dot(float[] a, int offsetA, float[] b, int offsetB, int length) {
    double sum = 0;
    for (int i = 0; i < length; i++) {
      sum += (double) a[offsetA + i] * b[offsetB + i];
    }
    return sum;
  }
}
