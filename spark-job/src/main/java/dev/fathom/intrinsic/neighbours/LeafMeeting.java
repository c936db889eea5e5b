// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic.neighbours;

import dev.fathom.blas.Matrix;
import dev.fathom.blas.NegativeParts;
import dev.fathom.intrinsic.points.Points;
import java.util.Arrays;

/**
 * Searches two leaves for neighbours of each other's points. An instance is reused from pair to
 * pair.
 */
final class LeafMeeting {

  /*
   * One gemm, of −2·a·b, serves both directions; with the squares of the lengths s = |b|² − 2ab =
   * |a−b|² − |a|², so that a comparison with a limit for each point tells who may be among its k
   * nearest. That comparison is n² work and so has to vectorise: ROWS rows are summed up in one
   * pass, and only columns in which one of them passes are looked into.
   *
   * Hazard: s cancels. In float it is off by some ulps of (|a|+|b|)², which for near duplicates
   * dwarfs |a−b|², and distances that come out wrong or zero ruin every estimator that takes their
   * logarithm. Hence what passes is measured again, and the limit is the k-th best distance plus a
   * bound of the rounding error, SearchSpace.roundingError. On clusters tighter than the bound
   * whole clusters pass: slow, still exact.
   */
  private static final int LEAF = SearchOrder.LEAF;
  private static final int ROWS = 8;
  private static final float NEVER = 1e35f;
  private static final float ALWAYS = 1e30f;

  private final Points points;
  private final SearchSpace space;
  private final int[] rows;
  private final int[] leaves;
  private final LeafBoxes boxes;
  private final double scale;

  private final float[] product = new float[LEAF * LEAF];
  private final float[] row = new float[LEAF];
  private final float[] passes = new float[LEAF];
  private final float[] rowSquares = new float[LEAF];
  private final float[] rowLimits = new float[LEAF];
  private final float[] columnSquares = new float[LEAF];
  private final float[] minusColumnLimits = new float[LEAF];
  private final double[] rowSlack = new double[LEAF];
  private final double[] columnSlack = new double[LEAF];

  LeafMeeting(Points points, SearchSpace space, SearchOrder order, LeafBoxes boxes) {
    this.points = points;
    this.space = space;
    this.boxes = boxes;
    rows = order.rows();
    leaves = order.leaves();
    scale = space.scale();
  }

  /** Searches leaf b for neighbours of the points of leaf a. The two may be the same. */
  void oneWay(int a, PartialNeighbours ofA, int b) {
    loadRows(a, ofA, b);
    Arrays.fill(minusColumnLimits, NEVER);
    meet(a, ofA, b, ofA);
  }

  /** Searches each of two leaves for neighbours of the other's points. */
  void bothWays(int a, PartialNeighbours ofA, int b, PartialNeighbours ofB) {
    loadRows(a, ofA, b);
    Arrays.fill(minusColumnLimits, NEVER);
    loadLimits(b, ofB, boxes.reach(a), minusColumnLimits, columnSlack);
    for (int c = 0; c < leaves[b + 1] - leaves[b]; c++) {
      minusColumnLimits[c] = -minusColumnLimits[c];
    }
    meet(a, ofA, b, ofB);
  }

  private void loadRows(int a, PartialNeighbours ofA, int b) {
    loadSquares(a, rowSquares);
    loadSquares(b, columnSquares);
    Arrays.fill(rowLimits, -NEVER);
    loadLimits(a, ofA, boxes.reach(b), rowLimits, rowSlack);
  }

  private void loadSquares(int leaf, float[] leafSquares) {
    int count = leaves[leaf + 1] - leaves[leaf];
    System.arraycopy(space.squares(), leaves[leaf], leafSquares, 0, count);
    Arrays.fill(leafSquares, count, LEAF, NEVER);
  }

  private void loadLimits(
      int leaf, PartialNeighbours lists, double reach, float[] limits, double[] slack) {
    int from = leaves[leaf];
    for (int i = 0; i < leaves[leaf + 1] - from; i++) {
      slack[i] = space.roundingError(space.lengths()[from + i] + reach) - space.squares()[from + i];
      limits[i] = limit(lists.worst(from + i), slack[i]);
    }
  }

  private float limit(double worst, double slack) {
    // Slightly more, so that pairs at the limit are below it even if everything is zero.
    return (float) Math.min(worst * scale * scale + slack, ALWAYS) + Float.MIN_NORMAL;
  }

  private void meet(int a, PartialNeighbours ofA, int b, PartialNeighbours ofB) {
    int height = leaves[a + 1] - leaves[a];
    int breadth = leaves[b + 1] - leaves[b];
    int width = space.width();
    Matrix.of(product, 0, height, breadth, LEAF)
        .multiply(
            -2,
            Matrix.of(space.coordinates(), leaves[a] * width, height, width),
            Matrix.of(space.coordinates(), leaves[b] * width, breadth, width).transposed(),
            0);
    for (int first = 0; first < height; first += ROWS) {
      fold(first);
      for (int column = 0; column < breadth; column++) {
        if (passes[column] > 0) {
          for (int r = first; r < Math.min(first + ROWS, height); r++) {
            settle(r, leaves[a] + r, ofA, column, leaves[b] + column, ofB);
          }
        }
      }
    }
  }

  /** Computes for each column, over ROWS rows, a number that is above zero if a pair passes. */
  private void fold(int first) {
    Arrays.fill(passes, 0);
    for (int r = first; r < first + ROWS; r++) {
      System.arraycopy(product, r * LEAF, row, 0, LEAF);
      NegativeParts.add(row, columnSquares, -rowLimits[r], passes);
      NegativeParts.add(row, minusColumnLimits, rowSquares[r], passes);
    }
  }

  /** Measures points i and j if the pair passes for at least one of them. */
  private void settle(
      int r, int i, PartialNeighbours ofI, int column, int j, PartialNeighbours ofJ) {
    float common = product[r * LEAF + column];
    boolean forI = common + columnSquares[column] <= rowLimits[r] && i != j;
    boolean forJ = common + rowSquares[r] <= -minusColumnLimits[column];
    if (forI || forJ) {
      double squared = points.squaredDistance(i, j);
      if (forI) {
        ofI.offer(i, squared, rows[j]);
        rowLimits[r] = limit(ofI.worst(i), rowSlack[r]);
      }
      if (forJ) {
        ofJ.offer(j, squared, rows[i]);
        minusColumnLimits[column] = -limit(ofJ.worst(j), columnSlack[column]);
      }
    }
  }
}
