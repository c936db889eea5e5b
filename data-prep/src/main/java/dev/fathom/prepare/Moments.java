// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import com.esotericsoftware.kryo.DefaultSerializer;
import com.esotericsoftware.kryo.serializers.JavaSerializer;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;

/** Mean and standard deviation of each column of a set of rows, computed in one pass. */
@DefaultSerializer(JavaSerializer.class)
final class Moments implements Serializable {

  // Sums of squares lose everything where the mean is large beside the deviation. Instead, means
  // and sums of squared deviations M of two sets are merged (Chan, Golub, LeVeque, 1979); one row
  // is a set with M = 0:
  //
  //   δ = mean_b − mean_a    mean = mean_a + δ n_b/n    M = M_a + M_b + δ² n_a n_b/n
  //
  // A constant column has δ = 0 throughout, and so a deviation of exactly 0.

  /** Number of colour channels of a picture. */
  static final int CHANNELS = 3;

  private final double[] mean;
  private final double[] squares;
  private long count;

  private Moments(double[] mean, double[] squares, long count) {
    this.mean = mean;
    this.squares = squares;
    this.count = count;
  }

  /** Returns the moments of no rows. */
  static Moments none(int columns) {
    return new Moments(new double[columns], new double[columns], 0);
  }

  /** Adds a row: a vector or features. */
  void add(DecodedValue value) {
    add(
        value instanceof DecodedValue.Features features
            ? features.numbers()
            : ((DecodedValue.Vector) value).values());
  }

  private void add(double[] row) {
    double share = 1.0 / (count + 1);
    for (int column = 0; column < mean.length; column++) {
      double difference = row[column] - mean[column];
      mean[column] += difference * share;
      squares[column] += difference * difference * count * share;
    }
    count++;
  }

  /** Merges the rows of another set. */
  Moments merge(Moments other) {
    long total = count + other.count;
    for (int column = 0; column < mean.length && other.count > 0; column++) {
      double difference = other.mean[column] - mean[column];
      double share = (double) other.count / total;
      mean[column] += difference * share;
      squares[column] += other.squares[column] + difference * difference * count * share;
    }
    count = total;
    return this;
  }

  /** The mean of each column. */
  List<Double> mean() {
    return Arrays.stream(mean).boxed().toList();
  }

  /** The standard deviation of each column over all rows; 1 for a constant column. */
  List<Double> standardDeviation() {
    return Arrays.stream(squares).map(sum -> sum > 0 ? Math.sqrt(sum / count) : 1).boxed().toList();
  }

  /**
   * Returns the same moments with deviations of at least a tenth of the columns' root mean square.
   * Without this floor, a column of features that differ from zero in only a few rows would be
   * scaled up until it outweighs the others.
   */
  Moments withFloor() {
    double floor = Arrays.stream(squares).average().orElse(0) / 100;
    Moments floored = new Moments(mean, squares.clone(), count);
    Arrays.setAll(floored.squares, column -> Math.max(squares[column], floor));
    return floored;
  }

  /**
   * The moments of pixels, each a row of three channels on the scale 0 to 1, from exact sums.
   *
   * @param sums sum of the bytes of each channel
   * @param squares sum of the squares of the bytes of each channel
   */
  static Moments ofPixels(long[] sums, long[] squares, long pixels) {
    Moments moments = new Moments(new double[CHANNELS], new double[CHANNELS], pixels);
    for (int channel = 0; channel < CHANNELS && pixels > 0; channel++) {
      double mean = sums[channel] / (double) pixels;
      moments.mean[channel] = mean / 255;
      moments.squares[channel] =
          Math.max(0, squares[channel] - sums[channel] * mean) / (255.0 * 255);
    }
    return moments;
  }
}
