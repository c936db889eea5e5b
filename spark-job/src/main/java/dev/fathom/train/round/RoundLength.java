// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.round;

import dev.fathom.model.Towers;
import dev.fathom.train.settings.AveragingPeriod;
import dev.fathom.train.settings.AveragingPeriod.Choice;
import dev.fathom.train.step.BatchPlan;

/** The number of local steps in a round. */
final class RoundLength {
  /*
   * A round costs a Spark job and the transfer of the parameters whatever it does; so the period is the number of steps
   * that make arithmetic the greater part of it. `auto` takes both costs from the model's size and the constants below
   * (docs/performance.md says how they were measured): the same for every run, so that the same seed gives the same bits.
   * `measured` takes them from the clock as training goes, which suits a network slower than the constants assume.
   */

  /** The share of its time that a round should spend on arithmetic. */
  private static final double ARITHMETIC_SHARE = 0.95;

  /** Seconds that a round takes besides its arithmetic, for scheduling and moving the weights. */
  private static final double ROUND_SECONDS = 0.01;

  private static final double BYTES_PER_SECOND = 2e8;

  /** Floating-point operations per second of one worker, with elementwise work included. */
  private static final double OPERATIONS_PER_SECOND = 3e10;

  /** Smallest number of averagings in a training. */
  private static final int FEWEST_ROUNDS = 40;

  /**
   * Seconds of a round on one core with global batches, where a round ends only to be reported and
   * saved.
   */
  private static final double WHOLE_ROUND_SECONDS = 5;

  private RoundLength() {}

  /**
   * The number of steps of the first round.
   *
   * @param exactTemperature whether the temperature changes only at the ends of rounds
   * @param epochs number of epochs between validations, which is the longest round of global
   *     batches
   */
  static int first(
      AveragingPeriod period, Towers towers, BatchPlan plan, int epochs, boolean exactTemperature) {
    if (period.choice() == Choice.GIVEN) {
      return period.steps();
    }
    double perPair = 2.0 * (towers.x().multiplications() + towers.y().multiplications());
    double perPairOfPairs = 2.0 * towers.dimension();
    // Forward, and the gradients of inputs and of weights: three products of the same size.
    double step =
        3 * plan.batch() * (perPair + plan.batch() * perPairOfPairs) / OPERATIONS_PER_SECOND;
    double round = ROUND_SECONDS + 12.0 * towers.parameterCount() / BYTES_PER_SECOND;
    if (plan.localTrainers() > 1) {
      return within(needed(round, step), plan);
    }
    int whole =
        (int)
            Math.max(
                1, Math.min(WHOLE_ROUND_SECONDS / step, (double) epochs * plan.stepsPerEpoch()));
    return exactTemperature ? within(whole, plan) : whole;
  }

  /** The number of steps of the next round, from the time that the last one took. */
  static int next(
      AveragingPeriod chosen,
      int period,
      double seconds,
      double arithmeticSeconds,
      BatchPlan plan) {
    if (chosen.choice() != Choice.MEASURED) {
      return period;
    }
    int needed = needed(seconds - arithmeticSeconds, arithmeticSeconds / period);
    // One disturbed round changes the period by at most a factor of two.
    return within(Math.max(period / 2, Math.min(needed, 2 * period)), plan);
  }

  private static int needed(double roundSeconds, double stepSeconds) {
    double steps = ARITHMETIC_SHARE / (1 - ARITHMETIC_SHARE) * roundSeconds / stepSeconds;
    return (int) Math.min(Math.ceil(steps), 1e6);
  }

  private static int within(int period, BatchPlan plan) {
    return (int) Math.max(1, Math.min(period, plan.totalSteps() / FEWEST_ROUNDS));
  }
}
