// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.round;

import dev.fathom.contrastive.Curve;
import dev.fathom.train.step.ExactTemperature;
import dev.fathom.train.step.RoundResult;
import dev.fathom.train.step.RoundState;
import dev.fathom.train.step.Temperature;
import dev.fathom.train.step.TrainerSpec;
import java.util.Optional;
import java.util.function.DoubleFunction;

/** How the one temperature of the job changes after a round of averaging. */
sealed interface TemperaturePolicy {

  /**
   * τ and b after a round.
   *
   * @param bound limit that bounds an exact temperature; empty if none does
   */
  record Next(Temperature.State state, Optional<String> bound) {}

  /**
   * The temperature after a round.
   *
   * @param mean mean of the workers' results
   * @param loss L of the latest batches of all workers as a function of 1/τ
   */
  Next after(RoundState round, RoundResult mean, DoubleFunction<Curve> loss);

  /** Returns the policy that the settings name. */
  static TemperaturePolicy of(TrainerSpec spec) {
    return switch (spec.temperature().mode()) {
      case LOCAL -> new Averaged();
      case GLOBAL, FIXED -> new Stepped(spec);
      case GLOBAL_EXACT -> new Minimised(spec);
    };
  }

  /** Takes the mean of the workers' temperatures. */
  record Averaged() implements TemperaturePolicy {
    @Override
    public Next after(RoundState round, RoundResult mean, DoubleFunction<Curve> loss) {
      return new Next(mean.temperature(), Optional.empty());
    }
  }

  /** Takes an optimiser step for each local step, with the gradient averaged over the workers. */
  record Stepped(TrainerSpec spec) implements TemperaturePolicy {
    @Override
    public Next after(RoundState round, RoundResult mean, DoubleFunction<Curve> loss) {
      Temperature temperature = new Temperature(spec.temperature(), round.temperature());
      RoundResult.Steps told = mean.steps();
      for (int i = 0; i < told.losses().length; i++) {
        temperature.step(
            told.temperatureGradients()[i],
            told.biasGradients()[i],
            spec.learningRateShare(round.firstStep() + i));
      }
      return new Next(temperature.state(), Optional.empty());
    }
  }

  /** Takes the temperature that minimises the loss, within reach of the optimiser's steps. */
  record Minimised(TrainerSpec spec) implements TemperaturePolicy {
    @Override
    public Next after(RoundState round, RoundResult mean, DoubleFunction<Curve> loss) {
      ExactTemperature.Range range = ExactTemperature.Range.of(spec, round);
      ExactTemperature.Solution solution = ExactTemperature.solve(loss, range);
      return new Next(
          round.temperature().at(-Math.log(solution.inverse())), range.boundOf(solution));
    }
  }
}
