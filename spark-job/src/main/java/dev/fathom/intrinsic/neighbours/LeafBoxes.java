// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic.neighbours;

import java.util.Arrays;

/** The bounding boxes of leaves of points. */
final class LeafBoxes {
  private final int width;
  private final float[] low;
  private final float[] high;
  private final double[] reach;

  /**
   * Computes the boxes around the leaves.
   *
   * @param leaves first point of each leaf, and finally the number of points
   */
  LeafBoxes(SearchSpace space, int[] leaves) {
    int count = leaves.length - 1;
    width = space.width();
    low = new float[count * width];
    high = new float[count * width];
    reach = new double[count];
    Arrays.fill(low, Float.POSITIVE_INFINITY);
    Arrays.fill(high, Float.NEGATIVE_INFINITY);
    for (int leaf = 0; leaf < count; leaf++) {
      for (int row = leaves[leaf]; row < leaves[leaf + 1]; row++) {
        reach[leaf] = Math.max(reach[leaf], space.lengths()[row]);
        for (int c = 0; c < width; c++) {
          float value = space.coordinates()[row * width + c];
          low[leaf * width + c] = Math.min(low[leaf * width + c], value);
          high[leaf * width + c] = Math.max(high[leaf * width + c], value);
        }
      }
    }
  }

  /** The length of the longest point of a leaf. */
  double reach(int leaf) {
    return reach[leaf];
  }

  /** The squared distance between two boxes, zero if they touch. */
  float gap(int a, int b) {
    float sum = 0;
    for (int c = 0; c < width; c++) {
      float below = low[b * width + c] - high[a * width + c];
      float above = low[a * width + c] - high[b * width + c];
      float apart = Math.max(0, Math.max(below, above));
      sum += apart * apart;
    }
    return sum;
  }
}
