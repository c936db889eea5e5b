// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/**
 * Flat parameters of both towers with Adam's first and second moments, which are empty under plain
 * gradient descent.
 */
record Weights(float[] parameters, Moments moments) implements Serializable {
  private static final long serialVersionUID = 1L;

  long bytes() {
    return 4L * parameters.length + moments.bytes();
  }

  /** What is serialised: Java would write the floats one by one. */
  private Object writeReplace() {
    return new Packed(true, parameters, moments.first, moments.second);
  }

  /** Floats as bytes, which Java copies as they are. */
  private static final class Packed implements Serializable {
    private static final long serialVersionUID = 1L;

    private final boolean whole;
    private final byte[][] arrays;

    /**
     * @param whole whether the first array is parameters
     */
    Packed(boolean whole, float[]... arrays) {
      this.whole = whole;
      this.arrays = new byte[arrays.length][];
      for (int i = 0; i < arrays.length; i++) {
        this.arrays[i] = new byte[Math.multiplyExact(4, arrays[i].length)];
        floats(this.arrays[i]).put(arrays[i]);
      }
    }

    private static FloatBuffer floats(byte[] bytes) {
      return ByteBuffer.wrap(bytes).asFloatBuffer();
    }

    private float[] unpacked(int i) {
      float[] unpacked = new float[arrays[i].length / 4];
      floats(arrays[i]).get(unpacked);
      return unpacked;
    }

    private Object readResolve() {
      Moments moments = new Moments(unpacked(arrays.length - 2), unpacked(arrays.length - 1));
      return whole ? new Weights(unpacked(0), moments) : moments;
    }
  }

  /** Adam's moments, one of each a parameter. */
  record Moments(float[] first, float[] second) implements Serializable {
    private static final long serialVersionUID = 1L;

    long bytes() {
      return 4L * (first.length + second.length);
    }

    private Object writeReplace() {
      return new Packed(false, first, second);
    }

    static Moments zero(int parameters) {
      return new Moments(new float[parameters], new float[parameters]);
    }
  }

  /** Whether every parameter is a finite number; 0·∞ and 0·NaN are NaN, and stay so in a sum. */
  static boolean areFinite(float[] parameters) {
    float sum = 0;
    for (float parameter : parameters) {
      sum += parameter * 0f;
    }
    return sum == 0;
  }

  Weights copy() {
    return new Weights(
        parameters.clone(), new Moments(moments.first.clone(), moments.second.clone()));
  }
}
