// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.evaluate;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A histogram of the inner products of matching and of mismatched pairs, in bins of equal width.
 *
 * @param low lower end of the first bin
 * @param high upper end of the last bin
 * @param matching counts of the pairs
 * @param mismatched counts of each x with the y of some other pairs
 */
public record SimilarityHistogram(double low, double high, int[] matching, int[] mismatched)
    implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final int BINS = 50;

  /** Number of other pairs whose y each x is compared with. */
  private static final int OTHERS = 8;

  /** Counts the inner products of pairs. */
  public static SimilarityHistogram of(PairedEmbeddings pairs) {
    double[] matching = similarities(pairs, 0);
    List<double[]> mismatched =
        IntStream.rangeClosed(1, Math.min(OTHERS, pairs.count() - 1))
            .mapToObj(shift -> similarities(pairs, shift))
            .toList();
    double[] all =
        Stream.concat(Stream.of(matching), mismatched.stream())
            .flatMapToDouble(Arrays::stream)
            .toArray();
    double low = Arrays.stream(all).min().orElseThrow();
    double high = Arrays.stream(all).max().orElseThrow();
    return new SimilarityHistogram(
        low, high, bins(low, high, List.of(matching)), bins(low, high, mismatched));
  }

  private static double[] similarities(PairedEmbeddings pairs, int shift) {
    int d = pairs.dimension();
    double[] similarities = new double[pairs.count()];
    for (int i = 0; i < similarities.length; i++) {
      int other = (i + shift) % similarities.length;
      for (int c = 0; c < d; c++) {
        similarities[i] += (double) pairs.x()[i * d + c] * pairs.y()[other * d + c];
      }
    }
    return similarities;
  }

  private static int[] bins(double low, double high, List<double[]> values) {
    int[] counts = new int[BINS];
    for (double[] some : values) {
      for (double value : some) {
        int bin = high > low ? (int) ((value - low) / (high - low) * BINS) : 0;
        counts[Math.min(bin, BINS - 1)]++;
      }
    }
    return counts;
  }
}
