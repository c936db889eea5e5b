// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.evaluate;

import dev.fathom.blas.Matrix;
import dev.fathom.random.RandomStream;
import java.util.Arrays;

/**
 * How the embeddings of the two sides lie relative to each other, and how they fill their space.
 *
 * @param alignment mean ‖x_i − y_i‖² over the pairs; 0 is perfect
 * @param uniformityX log of the mean of e^(−2‖x−x'‖²) over pairs of different points of x; lower is
 *     more evenly spread, 0 is collapse
 * @param uniformityY the same of y
 * @param modalityGap ‖mean x − mean y‖
 * @param participationRatioX (Σλ)²/Σλ² of the eigenvalues λ of x's covariance, 1 … d, or 0 for a
 *     collapsed side. It says how many directions carry the variance, which uniformity does not
 * @param participationRatioY the same of y
 */
public record Agreement(
    double alignment,
    double uniformityX,
    double uniformityY,
    double modalityGap,
    double participationRatioX,
    double participationRatioY) {

  /*
   * Alignment and uniformity are Wang and Isola's (2020), the gap Liang and others' (2022). All
   * sums are in double.
   *
   * Uniformity runs over all ordered pairs of at most SAMPLE points (a seeded sample). Hazard: for
   * long embeddings every e^(−2‖x−x'‖²) underflows and the logarithm would be −∞; the sum is taken
   * relative to its largest term. Squared distances come from float products, where a small one
   * may turn out negative; cancellation costs 1e-6 of ‖x‖², nothing here, so it is cut off at 0.
   *
   * (Σλ)²/Σλ² needs no eigenvalues: it is trace(C)² / ‖C‖² by the Frobenius norm.
   */
  private static final int SAMPLE = 4096;
  private static final int BLOCK = 256;

  /** Measures the pairs. The seed draws the sample of points for uniformity. */
  public static Agreement of(PairedEmbeddings pairs, long seed) {
    double[] meanX = mean(pairs.x(), pairs.dimension());
    double[] meanY = mean(pairs.y(), pairs.dimension());
    int[] sample = sample(pairs.count(), seed);
    return new Agreement(
        alignment(pairs),
        uniformity(rows(pairs.x(), pairs.dimension(), sample, meanX), pairs.dimension()),
        uniformity(rows(pairs.y(), pairs.dimension(), sample, meanY), pairs.dimension()),
        distance(meanX, meanY),
        participationRatio(pairs.x(), meanX),
        participationRatio(pairs.y(), meanY));
  }

  private static double alignment(PairedEmbeddings pairs) {
    double sum = 0;
    for (int i = 0; i < pairs.x().length; i++) {
      double difference = (double) pairs.x()[i] - pairs.y()[i];
      sum += difference * difference;
    }
    return sum / pairs.count();
  }

  private static int[] sample(int count, long seed) {
    int[] rows = new int[count];
    for (int i = 0; i < count; i++) {
      rows[i] = i;
    }
    if (count > SAMPLE) {
      RandomStream.shuffle(rows, count, RandomStream.of(seed, "uniformity-sample"));
    }
    return Arrays.copyOf(rows, Math.min(count, SAMPLE));
  }

  /**
   * Copies rows, centred. Distances stay the same, and rounding errors of products become smaller.
   */
  private static float[] rows(float[] values, int d, int[] rows, double[] mean) {
    float[] chosen = new float[rows.length * d];
    for (int i = 0; i < rows.length; i++) {
      for (int c = 0; c < d; c++) {
        chosen[i * d + c] = (float) (values[rows[i] * d + c] - mean[c]);
      }
    }
    return chosen;
  }

  private static double uniformity(float[] points, int d) {
    int n = points.length / d;
    if (n < 2) {
      return 0;
    }
    double[] norms = new double[n];
    for (int i = 0; i < points.length; i++) {
      norms[i / d] += (double) points[i] * points[i];
    }
    float[] products = new float[Math.min(BLOCK, n) * n];
    LogSumExp sum = new LogSumExp();
    for (int first = 0; first < n; first += BLOCK) {
      int height = Math.min(BLOCK, n - first);
      Matrix.of(products, 0, height, n)
          .setProduct(
              Matrix.of(points, first * d, height, d), Matrix.of(points, 0, n, d).transposed());
      for (int i = 0; i < height; i++) {
        // Each unordered pair once; the other order adds the same.
        for (int j = first + i + 1; j < n; j++) {
          double product = products[i * n + j];
          // The product is useless if lengths exceed the range of a float.
          double common = Double.isFinite(product) ? 2 * product : 0;
          double squared = norms[first + i] + norms[j] - common;
          sum.add(-2 * Math.max(0, squared));
        }
      }
    }
    return sum.value() - Math.log(n * (n - 1.0) / 2);
  }

  private static double participationRatio(float[] values, double[] mean) {
    int d = mean.length;
    double[] covariance = new double[d * d];
    double[] centred = new double[d];
    for (int row = 0; row < values.length; row += d) {
      for (int c = 0; c < d; c++) {
        centred[c] = values[row + c] - mean[c];
      }
      for (int a = 0; a < d; a++) {
        for (int b = 0; b < d; b++) {
          covariance[a * d + b] += centred[a] * centred[b];
        }
      }
    }
    double trace = 0;
    double squares = 0;
    for (int i = 0; i < d * d; i++) {
      trace += i / d == i % d ? covariance[i] : 0;
      squares += covariance[i] * covariance[i];
    }
    return squares > 0 ? trace * trace / squares : 0;
  }

  private static double[] mean(float[] values, int d) {
    double[] mean = new double[d];
    for (int i = 0; i < values.length; i++) {
      mean[i % d] += values[i];
    }
    int count = values.length / d;
    for (int c = 0; c < d; c++) {
      mean[c] /= count;
    }
    return mean;
  }

  private static double distance(double[] a, double[] b) {
    double sum = 0;
    for (int c = 0; c < a.length; c++) {
      sum += (a[c] - b[c]) * (a[c] - b[c]);
    }
    return Math.sqrt(sum);
  }

  /** Computes log Σ e^a of many a, relative to the largest a so far. */
  private static final class LogSumExp {
    private double largest = Double.NEGATIVE_INFINITY;
    private double sum;

    void add(double exponent) {
      if (exponent > largest) {
        sum = sum * Math.exp(largest - exponent) + 1;
        largest = exponent;
      } else {
        sum += Math.exp(exponent - largest);
      }
    }

    double value() {
      return largest + Math.log(sum);
    }
  }
}
