// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.step;

import dev.fathom.train.settings.TemperatureSettings;
import java.io.Serializable;

/**
 * The temperature τ and the bias b of the logits. Adam steps log τ, which stops at the floor and
 * does not move in mode {@code fixed}, and b.
 */
public final class Temperature {
  private static final double BETA1 = 0.9;
  private static final double BETA2 = 0.999;
  private static final double EPSILON = 1e-8;

  private final TemperatureSettings settings;
  private State state;

  /** A number with its first and second moments under Adam. */
  public record Scalar(double value, double first, double second) implements Serializable {
    private static final long serialVersionUID = 1L;

    public static Scalar of(double value) {
      return new Scalar(value, 0, 0);
    }
  }

  /**
   * The state in a checkpoint: log τ and b with their moments, and the number of Adam steps taken.
   */
  public record State(Scalar log, Scalar bias, long steps) implements Serializable {
    private static final long serialVersionUID = 1L;

    /** The state before the first step, with a bias of 0. */
    public static State initial(TemperatureSettings settings) {
      return new State(Scalar.of(Math.log(settings.initial())), Scalar.of(0), 0);
    }

    /** Returns a state with the same τ and another b, whose moments are 0. */
    public State withBias(double value) {
      return new State(log, Scalar.of(value), steps);
    }

    public double logTemperature() {
      return log.value;
    }

    public double value() {
      return Math.exp(log.value);
    }

    /** Returns a state with the same moments and another τ. */
    public State at(double logTemperature) {
      return new State(new Scalar(logTemperature, log.first, log.second), bias, steps);
    }
  }

  public Temperature(TemperatureSettings settings, State state) {
    this.settings = settings;
    this.state = state;
  }

  public State state() {
    return state;
  }

  /**
   * Takes one step against ∂L/∂log τ and ∂L/∂b.
   *
   * @param schedule share of the highest learning rate
   */
  public void step(double gradient, double biasGradient, double schedule) {
    long steps = state.steps + 1;
    double rate = settings.learningRate() * schedule;
    Scalar log =
        settings.mode() == TemperatureSettings.Mode.FIXED
            ? state.log
            : floored(stepped(state.log, gradient, rate, steps));
    state = new State(log, stepped(state.bias, biasGradient, rate, steps), steps);
  }

  private Scalar floored(Scalar log) {
    return new Scalar(Math.max(log.value, Math.log(settings.floor())), log.first, log.second);
  }

  private static Scalar stepped(Scalar before, double gradient, double rate, long steps) {
    double first = BETA1 * before.first + (1 - BETA1) * gradient;
    double second = BETA2 * before.second + (1 - BETA2) * gradient * gradient;
    double corrected = second / (1 - Math.pow(BETA2, (double) steps));
    double change =
        first / (1 - Math.pow(BETA1, (double) steps)) / (Math.sqrt(corrected) + EPSILON);
    return new Scalar(before.value - rate * change, first, second);
  }
}
