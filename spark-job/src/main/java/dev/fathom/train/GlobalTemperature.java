// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train;

/**
 * The one temperature of the whole job, which lives on the driver. It takes Adam's steps on log τ,
 * one for each local step of a round, with the gradient averaged over the workers.
 */
final class GlobalTemperature {
  private static final double BETA1 = 0.9;
  private static final double BETA2 = 0.999;
  private static final double EPSILON = 1e-8;

  private final TemperatureSettings settings;
  private State state;

  /** What a checkpoint keeps: log τ, Adam's moments, and its steps. */
  record State(double logTemperature, double first, double second, long steps) {}

  GlobalTemperature(TemperatureSettings settings) {
    this(settings, new State(Math.log(settings.initial()), 0, 0, 0));
  }

  GlobalTemperature(TemperatureSettings settings, State state) {
    this.settings = settings;
    this.state = state;
  }

  State state() {
    return state;
  }

  double value() {
    return Math.exp(state.logTemperature);
  }

  /**
   * One step against ∂L/∂log τ.
   *
   * @param schedule the learning rate's share of its highest value
   */
  void step(double gradient, double schedule) {
    if (!settings.mode().equals(TemperatureSettings.GLOBAL)) {
      return;
    }
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
