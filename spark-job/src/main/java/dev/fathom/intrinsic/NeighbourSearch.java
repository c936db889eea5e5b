// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

import dev.fathom.blas.Blas;
import java.util.Arrays;

/** Exact nearest neighbours by brute force, as fast as a matrix multiplication. */
public final class NeighbourSearch {

  /*
   * A block of queries meets a block of references in one gemm. With a query written as (−2a, 1)
   * and a reference as (b, |b|²) the product is s = |b|² − 2ab = |a−b|² − |a|², so that one
   * comparison of s with a limit per query tells who may be among its k nearest.
   *
   * Hazard: s cancels. In float it is off by some ulps of (|a|+|b|)², which for near duplicates
   * dwarfs |a−b|², and distances that come out wrong or zero ruin every estimator that takes their
   * logarithm. Met in three steps. The points are centred, which shrinks the norms, and scaled to
   * a largest norm of 1, which keeps squares from overflow and underflow. The limit is the k-th
   * best distance plus a bound of the whole rounding error (below), so no neighbour is ever lost.
   * What passes the limit is measured again in double, by subtraction, and only that distance
   * counts: the result is exact, ties broken by index.
   *
   * Bound, with u = 2^-24: the product of d+1 terms errs by at most (d+1)·u·(|b|² + 2|a||b|) to
   * first order, the rounding of |b|² by u|b|², that of the centred coordinates by 2u(|a|+|b|)²,
   * the limit by u(|a|²+|b|²): together less than (d+8)·u·(|a|+|b|)².
   *
   * Speed: n² of the n²·d work is the comparison, so it must vectorise. The columns of a row fold
   * to LANES minima, an elementwise loop, and only lanes whose minimum passes are looked into.
   * A query measures about k·ln(n/k) pairs again. On tightly clustered data the bound lets whole
   * clusters through: slow, still exact. Memory: a copy of the points, one block, the result.
   */
  private static final int QUERIES = 256;
  private static final int LANES = 128;
  private static final int FOLDS = 8;
  private static final int REFERENCES = LANES * FOLDS;
  private static final double UNIT_ROUNDOFF = 0x1p-24;

  private final Points points;
  private final int k;

  /** Row length of the two factors: the coordinates and one more. */
  private final int width;

  /** n × width, (b, |b|²) centred and scaled. */
  private final float[] references;

  private final double scale;

  /** The largest norm in each block of references. */
  private final double[] blockNorms;

  private final float[] queryBlock;
  private final float[] product = new float[QUERIES * REFERENCES];
  private final float[] minima = new float[LANES];

  private NeighbourSearch(Points points, int k) {
    this.points = points;
    this.k = k;
    width = points.dimension() + 1;
    double[] centre = centre(points);
    double radius = radius(points, centre);
    scale = radius > 0 ? 1 / radius : 1;
    references = new float[Math.multiplyExact(points.count(), width)];
    blockNorms = new double[(points.count() + REFERENCES - 1) / REFERENCES];
    queryBlock = new float[QUERIES * width];
    for (int i = 0; i < points.count(); i++) {
      double norm = 0;
      for (int c = 0; c < width - 1; c++) {
        float centred = (float) ((points.value(i, c) - centre[c]) * scale);
        references[i * width + c] = centred;
        norm += (double) centred * centred;
      }
      references[i * width + width - 1] = (float) norm;
      int block = i / REFERENCES;
      blockNorms[block] = Math.max(blockNorms[block], Math.sqrt(norm));
    }
  }

  /**
   * The k nearest neighbours of every point among all others.
   *
   * @param points finite values; exact duplicates are neighbours at distance zero
   * @param k 1 … n−1
   * @throws IllegalArgumentException if k is out of range
   */
  public static Neighbours search(Points points, int k) {
    return search(points, 0, points.count(), k);
  }

  /**
   * The k nearest neighbours, among all points, of the points in rows {@code [from, to)}: a part of
   * {@link #search(Points, int)}, to be run beside others. Costs (to−from)·n·d multiplications on
   * one thread.
   *
   * @throws IllegalArgumentException if k or the range is out of range
   */
  public static Neighbours search(Points points, int from, int to, int k) {
    int n = points.count();
    if (k < 1 || k >= n) {
      throw new IllegalArgumentException(
          String.format("%d neighbours asked for among %d points", k, n));
    }
    if (from < 0 || to < from || to > n) {
      throw new IllegalArgumentException(
          String.format("queries [%d, %d) asked for among %d points", from, to, n));
    }
    return new NeighbourSearch(points, k).run(from, to);
  }

  private Neighbours run(int from, int to) {
    Nearest nearest = new Nearest(to - from, k);
    for (int first = from; first < to; first += QUERIES) {
      int queries = Math.min(QUERIES, to - first);
      loadQueries(first, queries);
      for (int start = 0; start < points.count(); start += REFERENCES) {
        multiply(queries, start);
        double blockNorm = blockNorms[start / REFERENCES];
        for (int q = 0; q < queries; q++) {
          settle(nearest, first + q, first + q - from, q * REFERENCES, start, blockNorm);
        }
      }
    }
    return nearest.toNeighbours(from);
  }

  private void loadQueries(int first, int queries) {
    for (int q = 0; q < queries; q++) {
      for (int c = 0; c < width - 1; c++) {
        queryBlock[q * width + c] = -2 * references[(first + q) * width + c];
      }
      queryBlock[q * width + width - 1] = 1;
    }
  }

  private void multiply(int queries, int start) {
    int columns = Math.min(REFERENCES, points.count() - start);
    Blas.gemm(
        false,
        true,
        queries,
        columns,
        width,
        1,
        queryBlock,
        0,
        width,
        references,
        start * width,
        width,
        0,
        product,
        0,
        REFERENCES);
    // The scan always folds whole rows: pad a short block with what never passes.
    for (int q = 0; q < queries && columns < REFERENCES; q++) {
      int row = q * REFERENCES;
      Arrays.fill(product, row + columns, row + REFERENCES, Float.POSITIVE_INFINITY);
    }
  }

  /** Measures again whatever of a row of the product may be among the query's nearest. */
  private void settle(Nearest nearest, int query, int slot, int row, int start, double blockNorm) {
    float norm = references[query * width + width - 1];
    double reach = Math.sqrt(norm) + blockNorm;
    double slack = (width + 7) * UNIT_ROUNDOFF * reach * reach - norm;
    float limit = limit(nearest.worst(slot), slack);
    fold(row);
    for (int lane = 0; lane < LANES; lane++) {
      if (minima[lane] <= limit) {
        for (int column = lane; column < REFERENCES; column += LANES) {
          int reference = start + column;
          if (product[row + column] <= limit && reference != query && reference < points.count()) {
            nearest.offer(slot, points.squaredDistance(query, reference), reference);
            limit = limit(nearest.worst(slot), slack);
          }
        }
      }
    }
  }

  private float limit(double worst, double slack) {
    return (float) (worst * scale * scale + slack);
  }

  private void fold(int row) {
    for (int j = 0; j < LANES; j++) {
      int p = row + j;
      float a = Math.min(product[p], product[p + LANES]);
      float b = Math.min(product[p + 2 * LANES], product[p + 3 * LANES]);
      float c = Math.min(product[p + 4 * LANES], product[p + 5 * LANES]);
      float d = Math.min(product[p + 6 * LANES], product[p + 7 * LANES]);
      minima[j] = Math.min(Math.min(a, b), Math.min(c, d));
    }
  }

  private static double[] centre(Points points) {
    double[] centre = new double[points.dimension()];
    for (int i = 0; i < points.count(); i++) {
      for (int c = 0; c < centre.length; c++) {
        centre[c] += points.value(i, c);
      }
    }
    for (int c = 0; c < centre.length; c++) {
      centre[c] /= points.count();
    }
    return centre;
  }

  private static double radius(Points points, double[] centre) {
    double largest = 0;
    for (int i = 0; i < points.count(); i++) {
      double squared = 0;
      for (int c = 0; c < centre.length; c++) {
        double centred = points.value(i, c) - centre[c];
        squared += centred * centred;
      }
      largest = Math.max(largest, squared);
    }
    return Math.sqrt(largest);
  }

  /** The k nearest so far of each query, sorted by (squared distance, index). */
  private static final class Nearest {
    private final int queries;
    private final int k;
    private final int[] indices;
    private final double[] squared;

    Nearest(int queries, int k) {
      this.queries = queries;
      this.k = k;
      indices = new int[Math.multiplyExact(queries, k)];
      squared = new double[queries * k];
      Arrays.fill(indices, Integer.MAX_VALUE);
      Arrays.fill(squared, Double.POSITIVE_INFINITY);
    }

    double worst(int query) {
      return squared[(query + 1) * k - 1];
    }

    void offer(int query, double distance, int index) {
      int first = query * k;
      int position = first + k;
      while (position > first && precedes(distance, index, position - 1)) {
        position--;
      }
      int moved = first + k - 1 - position;
      if (moved >= 0) {
        System.arraycopy(squared, position, squared, position + 1, moved);
        System.arraycopy(indices, position, indices, position + 1, moved);
        squared[position] = distance;
        indices[position] = index;
      }
    }

    private boolean precedes(double distance, int index, int position) {
      return distance < squared[position]
          || (distance == squared[position] && index < indices[position]);
    }

    Neighbours toNeighbours(int from) {
      for (int i = 0; i < squared.length; i++) {
        squared[i] = Math.sqrt(squared[i]);
      }
      return new Neighbours(from, queries, k, indices, squared);
    }
  }
}
