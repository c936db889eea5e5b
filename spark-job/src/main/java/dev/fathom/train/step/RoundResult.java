// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.step;

import dev.fathom.train.step.Temperature.Scalar;
import dev.fathom.train.step.Weights.Moments;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * A worker's result of a round, or the mean of several results.
 *
 * @param workers number of workers that the result stands for
 * @param steps losses and gradients of each local step
 * @param temperature τ and b with their moments after the worker's own steps
 * @param temperatureBound limit that bounds an exact temperature, empty if none does
 * @param seconds time that the slowest worker spent on arithmetic
 */
public record RoundResult(
    int workers,
    Weights weights,
    Steps steps,
    Temperature.State temperature,
    String temperatureBound,
    double seconds)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /**
   * Loss and gradients of each local step.
   *
   * @param losses L, in nats
   * @param temperatureGradients ∂L/∂log τ
   * @param biasGradients ∂L/∂b
   */
  public record Steps(double[] losses, double[] temperatureGradients, double[] biasGradients)
      implements Serializable {
    private static final long serialVersionUID = 1L;
  }

  /** Number of entries that are summed at a time, so that they fit into the cache. */
  private static final int BLOCK = 2048;

  /**
   * The mean over all workers, added up in the order of the list in double precision, so that the
   * bits do not depend on the order of arrival.
   */
  public static RoundResult mean(List<RoundResult> all) {
    if (all.size() == 1) {
      return all.get(0);
    }
    Moments moments =
        new Moments(
            floats(all, result -> result.weights.moments().first()),
            floats(all, result -> result.weights.moments().second()));
    return new RoundResult(
        all.stream().mapToInt(RoundResult::workers).sum(),
        new Weights(floats(all, result -> result.weights.parameters()), moments),
        new Steps(
            doubles(all, result -> result.steps.losses),
            doubles(all, result -> result.steps.temperatureGradients),
            doubles(all, result -> result.steps.biasGradients)),
        new Temperature.State(
            scalar(all, Temperature.State::log),
            scalar(all, Temperature.State::bias),
            all.get(0).temperature.steps()),
        "",
        all.stream().mapToDouble(RoundResult::seconds).max().orElseThrow());
  }

  public RoundResult withTemperature(Temperature.State other, String bound) {
    return new RoundResult(workers, weights, steps, other, bound, seconds);
  }

  public double loss() {
    return Arrays.stream(steps.losses).average().orElse(0);
  }

  private static Scalar scalar(List<RoundResult> all, Function<Temperature.State, Scalar> part) {
    return new Scalar(
        number(all, result -> part.apply(result.temperature).value()),
        number(all, result -> part.apply(result.temperature).first()),
        number(all, result -> part.apply(result.temperature).second()));
  }

  private static double number(List<RoundResult> all, ToDoubleFunction<RoundResult> part) {
    return doubles(all, result -> new double[] {part.applyAsDouble(result)})[0];
  }

  private static double[] doubles(List<RoundResult> all, Function<RoundResult, double[]> part) {
    double[] sum = new double[part.apply(all.get(0)).length];
    int workers = 0;
    for (RoundResult one : all) {
      double[] values = part.apply(one);
      for (int i = 0; i < sum.length; i++) {
        sum[i] += one.workers * values[i];
      }
      workers += one.workers;
    }
    for (int i = 0; i < sum.length; i++) {
      sum[i] /= workers;
    }
    return sum;
  }

  private static float[] floats(List<RoundResult> all, Function<RoundResult, float[]> part) {
    float[] mean = new float[part.apply(all.get(0)).length];
    int workers = all.stream().mapToInt(RoundResult::workers).sum();
    double[] sum = new double[Math.min(BLOCK, mean.length)];
    for (int from = 0; from < mean.length; from += BLOCK) {
      int count = Math.min(BLOCK, mean.length - from);
      Arrays.fill(sum, 0);
      for (RoundResult one : all) {
        float[] values = part.apply(one);
        double weight = one.workers;
        for (int i = 0; i < count; i++) {
          sum[i] += weight * values[from + i];
        }
      }
      for (int i = 0; i < count; i++) {
        mean[from + i] = (float) (sum[i] / workers);
      }
    }
    return mean;
  }
}
