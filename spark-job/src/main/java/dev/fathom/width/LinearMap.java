// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.width;

import dev.fathom.blas.Matrix;
import java.util.stream.IntStream;

/**
 * The map v ↦ (v − centre)·axesᵀ.
 *
 * @param centre d numbers
 * @param axes k × d, row-major, the most informative first
 */
record LinearMap(double[] centre, float[] axes) {
  private static final int BLOCK = 1024;

  /** Makes a map from axes in double precision. */
  static LinearMap of(double[] centre, double[] axes) {
    float[] rounded = new float[axes.length];
    for (int i = 0; i < axes.length; i++) {
      rounded[i] = (float) axes[i];
    }
    return new LinearMap(centre, rounded);
  }

  /** The number of axes, k. */
  int width() {
    return axes.length / centre.length;
  }

  /** Maps n × d values to n × k. */
  float[] apply(float[] values) {
    int d = centre.length;
    int k = width();
    int n = values.length / d;
    float[] mapped = new float[Math.multiplyExact(n, k)];
    IntStream.range(0, (n + BLOCK - 1) / BLOCK)
        .parallel()
        .forEach(
            block -> {
              int from = block * BLOCK;
              int rows = Math.min(BLOCK, n - from);
              float[] centred = new float[rows * d];
              for (int i = 0; i < centred.length; i++) {
                centred[i] = (float) (values[from * d + i] - centre[i % d]);
              }
              Matrix.of(mapped, from * k, rows, k)
                  .setProduct(
                      Matrix.of(centred, 0, rows, d), Matrix.of(axes, 0, k, d).transposed());
            });
    return mapped;
  }
}
