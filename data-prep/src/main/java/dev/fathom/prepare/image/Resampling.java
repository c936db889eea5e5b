// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare.image;

import dev.fathom.data.Backbone.Filter;
import java.awt.Rectangle;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.util.Arrays;

/** Resizes pictures by a windowed sinc, a cubic or a triangle. */
final class Resampling {

  /*
   * A pixel of the result is a weighted mean of the pixels under the kernel
   *
   *   Lanczos   L(x) = sinc(x)·sinc(x/3), |x| < 3
   *   bicubic   L(x) = 3/2 |x|³ − 5/2 |x|² + 1 below 1, −1/2 |x|³ + 5/2 |x|² − 4 |x| + 2 below 2
   *   bilinear  L(x) = 1 − |x|, |x| < 1,
   *
   * centred on it and, where the picture shrinks, stretched by the same factor, so that what is
   * finer than the result can show is averaged away. The kernel is separable: rows are combined
   * first, whole rows at a time in float, which vectorises; then the columns of what is left.
   * Weights are scaled to sum to one, at the edges, too. Values beyond 0 and 255, which a sharp edge
   * gives, are cut off.
   */
  private static final int LOBES = 3;
  private static final int CHANNELS = 3;

  private Resampling() {}

  /**
   * Resizes a picture.
   *
   * @param picture picture of type {@code TYPE_INT_RGB}
   * @param part the part of it that is used
   * @param toWidth number of columns of the result
   * @param toHeight number of rows of the result
   */
  static BufferedImage resize(
      BufferedImage picture, Rectangle part, int toWidth, int toHeight, Filter filter) {
    int left = part.x;
    int top = part.y;
    int width = part.width;
    int height = part.height;
    int[] packed = ((DataBufferInt) picture.getRaster().getDataBuffer()).getData();
    int stride = picture.getWidth();
    Taps rows = Taps.of(height, toHeight, filter);
    Taps columns = Taps.of(width, toWidth, filter);
    BufferedImage resized = new BufferedImage(toWidth, toHeight, BufferedImage.TYPE_INT_RGB);
    int[] result = ((DataBufferInt) resized.getRaster().getDataBuffer()).getData();
    // Rows of the picture, unpacked only when a row of the result needs them.
    float[][] unpacked = new float[height][];
    float[] sums = new float[width * CHANNELS];
    for (int y = 0; y < toHeight; y++) {
      Arrays.fill(sums, 0);
      for (int tap = 0; tap < rows.count(y); tap++) {
        int row = rows.first(y) + tap;
        if (unpacked[row] == null) {
          unpacked[row] = unpack(packed, (top + row) * stride + left, width);
        }
        add(sums, unpacked[row], rows.weight(y, tap));
      }
      for (int row = y > 0 ? rows.first(y - 1) : 0; row < rows.first(y); row++) {
        unpacked[row] = null;
      }
      combineColumns(sums, columns, result, y * toWidth, toWidth);
    }
    return resized;
  }

  private static float[] unpack(int[] packed, int from, int width) {
    float[] row = new float[width * CHANNELS];
    for (int x = 0; x < width; x++) {
      int pixel = packed[from + x];
      row[CHANNELS * x] = pixel >> 16 & 0xff;
      row[CHANNELS * x + 1] = pixel >> 8 & 0xff;
      row[CHANNELS * x + 2] = pixel & 0xff;
    }
    return row;
  }

  private static void add(float[] sums, float[] row, float weight) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] += weight * row[i];
    }
  }

  private static void combineColumns(
      float[] sums, Taps columns, int[] result, int at, int toWidth) {
    for (int x = 0; x < toWidth; x++) {
      float red = 0;
      float green = 0;
      float blue = 0;
      int from = columns.first(x) * CHANNELS;
      for (int tap = 0; tap < columns.count(x); tap++) {
        float weight = columns.weight(x, tap);
        red += weight * sums[from + CHANNELS * tap];
        green += weight * sums[from + CHANNELS * tap + 1];
        blue += weight * sums[from + CHANNELS * tap + 2];
      }
      result[at + x] = value(red) << 16 | value(green) << 8 | value(blue);
    }
  }

  private static int value(float sum) {
    return Math.max(0, Math.min(255, Math.round(sum)));
  }

  /**
   * The weights in one direction: for each pixel of the result, a range of source pixels with their
   * weights.
   */
  private record Taps(int[] firsts, int[] counts, float[] weights, int most) {

    static Taps of(int from, int to, Filter filter) {
      double scale = (double) from / to;
      double stretch = Math.max(1, scale);
      double reach = lobes(filter) * stretch;
      int most = (int) Math.ceil(2 * reach) + 1;
      int[] firsts = new int[to];
      int[] counts = new int[to];
      float[] weights = new float[to * most];
      double[] at = new double[most];
      for (int place = 0; place < to; place++) {
        double centre = (place + 0.5) * scale;
        int first = Math.max(0, (int) Math.ceil(centre - reach - 0.5));
        int last = Math.min(from - 1, (int) Math.floor(centre + reach - 0.5));
        double sum = 0;
        for (int tap = 0; tap <= last - first; tap++) {
          at[tap] = kernel(Math.abs(first + tap + 0.5 - centre) / stretch, filter);
          sum += at[tap];
        }
        for (int tap = 0; tap <= last - first; tap++) {
          weights[place * most + tap] = (float) (at[tap] / sum);
        }
        firsts[place] = first;
        counts[place] = last - first + 1;
      }
      return new Taps(firsts, counts, weights, most);
    }

    private static int lobes(Filter filter) {
      return switch (filter) {
        case LANCZOS -> LOBES;
        case BICUBIC -> 2;
        case BILINEAR -> 1;
      };
    }

    /** The weight at a distance of 0 or more. */
    private static double kernel(double x, Filter filter) {
      if (x >= lobes(filter)) {
        return 0;
      }
      return switch (filter) {
        case LANCZOS -> {
          double angle = Math.PI * x;
          yield x == 0 ? 1 : LOBES * Math.sin(angle) * Math.sin(angle / LOBES) / (angle * angle);
        }
        case BICUBIC -> x < 1 ? (1.5 * x - 2.5) * x * x + 1 : ((-0.5 * x + 2.5) * x - 4) * x + 2;
        case BILINEAR -> 1 - x;
      };
    }

    int first(int place) {
      return firsts[place];
    }

    int count(int place) {
      return counts[place];
    }

    float weight(int place, int tap) {
      return weights[place * most + tap];
    }
  }
}
