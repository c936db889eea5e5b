// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.progress;

import dev.fathom.train.settings.TemperatureSettings;
import dev.fathom.train.settings.TrainingSettings;
import dev.fathom.train.step.Optimizer;
import dev.fathom.train.step.Temperature;
import dev.fathom.train.step.Weights.Moments;
import java.util.List;
import java.util.Optional;

/**
 * Where a training stands after a round, and all that it goes on from. The arrays must not be
 * written to.
 *
 * @param round rounds done
 * @param step local steps done
 * @param period local steps of the next round
 * @param parameters of both towers
 * @param moments the optimiser's: one for all workers, or each worker's own
 * @param velocity of the outer momentum; empty without it
 * @param temperature the driver's τ and b
 * @param firstLoss mean loss of the first round, not a number before it
 * @param best the lowest validation loss so far, where there was a validation
 * @param sinceBest validations since then
 */
public record TrainingState(
    int round,
    long step,
    int period,
    float[] parameters,
    List<Moments> moments,
    float[] velocity,
    Temperature.State temperature,
    double firstLoss,
    Optional<Best> best,
    int sinceBest) {

  /**
   * The round with the lowest validation loss.
   *
   * @param parameters empty where the last ones are kept instead
   */
  public record Best(
      int round, double validationLoss, double logTemperature, double bias, float[] parameters) {}

  /** The state before the first round. */
  public static TrainingState initial(
      float[] parameters, TrainingSettings settings, TemperatureSettings temperature) {
    return new TrainingState(
        0,
        0,
        0,
        parameters,
        List.of(Optimizer.moments(settings, parameters.length)),
        new float[settings.outerMomentum() > 0 ? parameters.length : 0],
        Temperature.State.initial(temperature),
        Double.NaN,
        Optional.empty(),
        0);
  }

  /** The parameters that become the model. */
  public float[] keptParameters() {
    return best.map(Best::parameters).filter(kept -> kept.length > 0).orElse(parameters);
  }

  /** τ at which those were. */
  public double keptTemperature() {
    return best.filter(found -> found.parameters.length > 0)
        .map(found -> Math.exp(found.logTemperature))
        .orElse(temperature.value());
  }

  /** b at which those were. */
  public double keptBias() {
    return best.filter(found -> found.parameters.length > 0)
        .map(Best::bias)
        .orElse(temperature.bias().value());
  }

  /** The same with what the plan of its batches decides. */
  public TrainingState planned(int period, double bias) {
    return new TrainingState(
        round,
        step,
        period,
        parameters,
        moments,
        velocity,
        temperature.withBias(bias),
        firstLoss,
        best,
        sinceBest);
  }

  /**
   * The same after a validation.
   *
   * @param keep whether the parameters of the best round are kept
   */
  public TrainingState validated(double loss, boolean keep) {
    boolean better = best.isEmpty() || loss < best.get().validationLoss;
    Optional<Best> now =
        better
            ? Optional.of(
                new Best(
                    round,
                    loss,
                    temperature.logTemperature(),
                    temperature.bias().value(),
                    keep ? parameters : new float[0]))
            : best;
    return new TrainingState(
        round,
        step,
        period,
        parameters,
        moments,
        velocity,
        temperature,
        firstLoss,
        now,
        better ? 0 : sinceBest + 1);
  }
}
