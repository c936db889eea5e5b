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
 * A training within one thread. The workers take turns, so the parameters are the same bits as
 * those of {@link Train} with as many workers on a cluster. It needs all pairs in this process.
 */
public final class LocalTraining {
  private LocalTraining() {}

  /** Is told of every round. */
  public interface Observer {
    /**
     * Called after each round.
     *
     * @param model makes the present model, which costs a pass over some pairs
     */
    void afterRound(RoundReport report, Supplier<TrainedModel> model);
  }

  /**
   * How a training ended.
   *
   * @param steps number of steps done
   * @param temperature τ at the end
   * @param trainLoss mean L of the rounds that ended in the last epoch, in nats
   * @param validationLoss L on the validation pairs at the end, empty where there is none
   * @param pairsPerSecond on this thread
   */
  public record Result(
      TrainedModel model,
      long steps,
      double temperature,
      double trainLoss,
      OptionalDouble validationLoss,
      double pairsPerSecond) {}

  /**
   * Trains to the end.
   *
   * @param start initial parameters; not written to
   * @throws dev.fathom.error.FathomException if it diverges, or the pairs are too few
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
