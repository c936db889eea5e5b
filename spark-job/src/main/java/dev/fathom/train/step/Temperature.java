// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.step;

import dev.fathom.train.settings.TemperatureSettings;
import java.io.Serializable;

/** A temperature that takes Adam's steps on log τ, down to the floor. */
public final class Temperature {
  private static final double BETA1 = 0.9;
  private static final double BETA2 = 0.999;
  private static final double EPSILON = 1e-8;

  private final TemperatureSettings settings;
  private State state;

  /** What a checkpoint keeps: log τ, Adam's moments, and its steps. */
  public record State(double logTemperature, double first, double second, long steps)
      implements Serializable {
    private static final long serialVersionUID = 1L;

    public static State initial(TemperatureSettings settings) {
      return new State(Math.log(settings.initial()), 0, 0, 0);
    }

    public double value() {
      return Math.exp(logTemperature);
    }

    /** The same Adam with another τ. */
    public State at(double logTemperature) {
      return new State(logTemperature, first, second, steps);
    }
  }

  public Temperature(TemperatureSettings settings, State state) {
    this.settings = settings;
    this.state = state;
  }

  public State state() {
    return state;
  }

  public double value() {
    return state.value();
  }

  /**
   * One step against ∂L/∂log τ.
   *
   * @param schedule the learning rate's share of its highest value
   */
  public void step(double gradient, double schedule) {
    long steps = state.steps + 1;
    double first = BETA1 * state.first + (1 - BETA1) * gradient;
    double second = BETA2 * state.second + (1 - BETA2) * gradient * gradient;
    double corrected = second / (1 - Math.pow(BETA2, (double) steps));
    double change =
        first / (1 - Math.pow(BETA1, (double) steps)) / (Math.sqrt(corrected) + EPSILON);
    double logTemperature = state.logTemperature - settings.learningRate() * schedule * change;
    state = new State(Math.max(logTemperature, Math.log(settings.floor())), first, second, steps);
  }
}
