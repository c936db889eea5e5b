// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

import dev.fathom.blas.Matrix;

/** The inner products of all pairs of rows, block by block. */
final class PairProducts {
  private static final int BLOCK = 256;

  private PairProducts() {}

  /** Receives the products. */
  interface Visitor {
    /** The product of rows i and j, i &lt; j. */
    void visit(int i, int j, float product);
  }

  /**
   * Visits every pair once.
   *
   * @param rows n × width, row-major
   */
  static void visit(float[] rows, int n, int width, Visitor visitor) {
    float[] product = new float[BLOCK * BLOCK];
    for (int a = 0; a < n; a += BLOCK) {
      int height = Math.min(BLOCK, n - a);
      for (int b = a; b < n; b += BLOCK) {
        int breadth = Math.min(BLOCK, n - b);
        Matrix.of(product, 0, height, breadth, BLOCK)
            .setProduct(
                Matrix.of(rows, a * width, height, width),
                Matrix.of(rows, b * width, breadth, width).transposed());
        for (int i = 0; i < height; i++) {
          for (int j = a == b ? i + 1 : 0; j < breadth; j++) {
            visitor.visit(a + i, b + j, product[i * BLOCK + j]);
          }
        }
      }
    }
  }
}
