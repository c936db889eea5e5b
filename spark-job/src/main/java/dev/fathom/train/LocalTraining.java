// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train;

import dev.fathom.model.Towers;
import dev.fathom.model.TrainedModel;
import dev.fathom.train.pairs.PairPartition;
import dev.fathom.train.progress.RoundReport;
import dev.fathom.train.progress.RoundTotals;
import dev.fathom.train.progress.TrainingState;
import dev.fathom.train.round.RoundEngine;
import dev.fathom.train.settings.TemperatureSettings;
import dev.fathom.train.settings.TrainingSettings;
import dev.fathom.train.workers.LocalWorkers;
import dev.fathom.train.workers.Workers;
import java.util.OptionalDouble;
import java.util.function.Supplier;

/**
 * A training within one thread. The workers take turns, so the parameters equal, bit for bit, those
 * of {@link Train} with the same number of workers on a cluster. All pairs must be in this process.
 */
public final class LocalTraining {
  private LocalTraining() {}

  /** Receives a report of every round. */
  public interface Observer {
    /**
     * Called after each round.
     *
     * @param model makes a model of the current parameters, which costs a pass over some pairs
     */
    void afterRound(RoundReport report, Supplier<TrainedModel> model);
  }

  /**
   * The outcome of a training.
   *
   * @param steps number of steps done
   * @param temperature τ at the end
   * @param trainLoss mean L of the rounds that ended in the last epoch, in nats
   * @param validationLoss L on the validation pairs at the end; empty without validation pairs
   * @param pairsPerSecond pairs trained on per second, on this thread
   */
  public record Result(
      TrainedModel model,
      long steps,
      double temperature,
      double trainLoss,
      OptionalDouble validationLoss,
      double pairsPerSecond) {}

  /**
   * Trains until the settings end the training.
   *
   * @param start initial parameters; not written to
   * @throws dev.fathom.error.FathomException if the loss diverges, or there are too few pairs
   */
  public static Result train(
      Towers towers,
      float[] start,
      TrainingSettings settings,
      TemperatureSettings temperature,
      PairPartition train,
      PairPartition validation,
      Observer observer) {
    Workers workers =
        new LocalWorkers(
            train.parts(settings.partitions(train.size())),
            validation.parts(settings.validationPartitions(validation.size())));
    RoundTotals totals = new RoundTotals();
    RoundEngine engine =
        new RoundEngine(
            towers,
            settings,
            temperature,
            (report, state) -> {
              totals.add(report);
              observer.afterRound(
                  report, () -> MeanNorm.finish(towers, state.parameters(), workers));
            });
    TrainingState end = engine.run(engine.start(start), workers);
    return new Result(
        MeanNorm.finish(towers, end.keptParameters(), workers),
        end.step(),
        end.keptTemperature(),
        totals.trainLoss(),
        totals.validationLoss(),
        totals.pairsPerSecond());
  }
}
