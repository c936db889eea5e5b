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
 * The state of a training after a round, from which it can resume. The arrays must not be written
 * to.
 *
 * @param count number of rounds and steps done, and the length of the next round
 * @param learned everything that training changes
 * @param firstLoss mean loss of the first round, NaN before it
 * @param validations results of the validations so far
 */
public record TrainingState(
    Count count, Learned learned, double firstLoss, Validations validations) {

  /**
   * The progress of a training.
   *
   * @param round number of rounds done
   * @param step number of local steps done
   * @param period number of local steps of the next round
   */
  public record Count(int round, long step, int period) {}

  /**
   * Everything that training changes.
   *
   * @param parameters parameters of both towers
   * @param moments the optimiser's moments: one entry for all workers, or one per worker
   * @param velocity velocity of the outer momentum; empty without outer momentum
   * @param temperature the driver's τ and b
   */
  public record Learned(
      float[] parameters, List<Moments> moments, float[] velocity, Temperature.State temperature) {}

  /**
   * The results of the validations.
   *
   * @param best round with the lowest loss so far; empty before the first validation
   * @param sinceBest number of validations after the best one
   */
  public record Validations(Optional<Best> best, int sinceBest) {
    /** The value before the first validation. */
    public static final Validations NONE = new Validations(Optional.empty(), 0);
  }

  /**
   * The round with the lowest validation loss.
   *
   * @param parameters parameters after that round; empty if the last parameters are kept instead
   */
  public record Best(
      int round, double validationLoss, double logTemperature, double bias, float[] parameters) {}

  /** The state before the first round. */
  public static TrainingState initial(
      float[] parameters, TrainingSettings settings, TemperatureSettings temperature) {
    return new TrainingState(
        new Count(0, 0, 0),
        new Learned(
            parameters,
            List.of(Optimizer.moments(settings, parameters.length)),
            new float[settings.outerMomentum() > 0 ? parameters.length : 0],
            Temperature.State.initial(temperature)),
        Double.NaN,
        Validations.NONE);
  }

  public int round() {
    return count.round;
  }

  public long step() {
    return count.step;
  }

  public int period() {
    return count.period;
  }

  public float[] parameters() {
    return learned.parameters;
  }

  public List<Moments> moments() {
    return learned.moments;
  }

  public float[] velocity() {
    return learned.velocity;
  }

  public Temperature.State temperature() {
    return learned.temperature;
  }

  public Optional<Best> best() {
    return validations.best;
  }

  /** The parameters that become the model. */
  public float[] keptParameters() {
    return kept().map(Best::parameters).orElse(parameters());
  }

  /** The temperature τ that belongs to {@link #keptParameters}. */
  public double keptTemperature() {
    return kept().map(found -> Math.exp(found.logTemperature)).orElse(temperature().value());
  }

  /** The bias b that belongs to {@link #keptParameters}. */
  public double keptBias() {
    return kept().map(Best::bias).orElse(temperature().bias().value());
  }

  private Optional<Best> kept() {
    return best().filter(found -> found.parameters.length > 0);
  }

  /** A copy with the period and the bias that follow from the batch plan. */
  public TrainingState planned(int period, double bias) {
    return new TrainingState(
        new Count(round(), step(), period),
        new Learned(parameters(), moments(), velocity(), temperature().withBias(bias)),
        firstLoss,
        validations);
  }

  /**
   * A copy after a validation.
   *
   * @param keep whether the parameters of the best round are kept
   */
  public TrainingState validated(double loss, boolean keep) {
    boolean better = best().isEmpty() || loss < best().get().validationLoss;
    Validations now =
        better
            ? new Validations(Optional.of(asBest(loss, keep)), 0)
            : new Validations(best(), validations.sinceBest + 1);
    return new TrainingState(count, learned, firstLoss, now);
  }

  private Best asBest(double loss, boolean keep) {
    return new Best(
        round(),
        loss,
        temperature().logTemperature(),
        temperature().bias().value(),
        keep ? parameters() : new float[0]);
  }
}
