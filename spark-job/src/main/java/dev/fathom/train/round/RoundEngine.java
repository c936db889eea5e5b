// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.round;

import dev.fathom.error.FathomException;
import dev.fathom.model.Towers;
import dev.fathom.train.pairs.PairPartition;
import dev.fathom.train.progress.RoundReport;
import dev.fathom.train.progress.TrainingState;
import dev.fathom.train.settings.TemperatureSettings;
import dev.fathom.train.settings.TrainingSettings;
import dev.fathom.train.step.BatchPlan;
import dev.fathom.train.step.TrainerPool;
import dev.fathom.train.step.TrainerSpec;
import dev.fathom.train.step.ValidationLoss;
import dev.fathom.train.step.Weights;
import dev.fathom.train.workers.Workers;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Trains in rounds, one Spark job each. {@link Rounds} does each round according to the mode of the
 * training; this class does everything between rounds.
 */
public final class RoundEngine {
  /**
   * A loss counts as divergence if it is this many times the first round's loss, or the chance
   * level if that is larger.
   */
  private static final double EXPLOSION = 10;

  private final Towers towers;
  private final TrainingSettings settings;
  private final TemperatureSettings temperatureSettings;
  private final RoundListener listener;
  private final String name = UUID.randomUUID().toString();

  /** Receives a report of every round. */
  public interface RoundListener {
    /** Called after each round with the initial state of the next one. */
    void afterRound(RoundReport report, TrainingState state);
  }

  public RoundEngine(
      Towers towers,
      TrainingSettings settings,
      TemperatureSettings temperatureSettings,
      RoundListener listener) {
    this.towers = towers;
    this.settings = settings;
    this.temperatureSettings = temperatureSettings;
    this.listener = listener;
  }

  /** The state before the first round. */
  public TrainingState start(float[] parameters) {
    return TrainingState.initial(parameters, settings, temperatureSettings);
  }

  /** Trains until the settings end the training. */
  public TrainingState run(TrainingState start, Workers workers) {
    List<Integer> sizes = workers.each(PairPartition::size);
    boolean validate =
        settings.validations() > 0
            && workers.validate(PairPartition::size).stream().anyMatch(size -> size > 1);
    BatchPlan plan = plan(sizes);
    TrainingState state =
        start.period() > 0
            ? start
            : start.planned(
                RoundLength.first(
                    settings.averagingPeriod(),
                    towers,
                    plan,
                    settings.epochsBetweenValidations(),
                    temperatureSettings.isExact()),
                settings.objective().initialBias(Math.max(2, plan.batch())));
    TrainerSpec spec = new TrainerSpec(towers, settings, temperatureSettings, plan);
    TrainerPool trainers = new TrainerPool(name, spec);
    try (WeightsBroadcast broadcast = new WeightsBroadcast(workers)) {
      Run run = new Run(plan, Rounds.of(trainers, workers, broadcast), workers, validate, trainers);
      while (state.step() < plan.totalSteps() && !stopsEarly(state)) {
        state = run.round(state);
      }
    } finally {
      trainers.release();
    }
    return state;
  }

  private boolean stopsEarly(TrainingState state) {
    return settings.earlyStopping() > 0
        && state.validations().sinceBest() >= settings.earlyStopping();
  }

  private BatchPlan plan(List<Integer> sizes) {
    int smallest = sizes.stream().min(Integer::compare).orElse(0);
    if (smallest < 2) {
      throw FathomException.data(
          "too few training pairs for %d parts: one has %d, and needs 2; lower training.workers",
          sizes.size(), smallest);
    }
    return BatchPlan.of(sizes.size(), smallest, towers.similarity().sampleRows(), settings);
  }

  /** The state of one training while it runs. */
  private final class Run {
    private final BatchPlan plan;
    private final Rounds rounds;
    private final Workers workers;
    private final boolean validate;
    private final TrainerPool trainers;

    Run(BatchPlan plan, Rounds rounds, Workers workers, boolean validate, TrainerPool trainers) {
      this.plan = plan;
      this.rounds = rounds;
      this.workers = workers;
      this.validate = validate;
      this.trainers = trainers;
    }

    TrainingState round(TrainingState state) {
      long begin = System.nanoTime();
      int number = state.round() + 1;
      workers.beginRound(number);
      int steps = (int) Math.min(state.period(), plan.totalSteps() - state.step());
      Rounds.Outcome outcome =
          rounds.round(state, steps, validate && validates(state.step(), state.step() + steps));
      requireFinite(outcome, state, number);
      double seconds =
          (System.nanoTime() - begin) * 1e-9
              - outcome.validated().map(Rounds.Validated::seconds).orElse(0.0);
      TrainingState after =
          new TrainingState(
              new TrainingState.Count(
                  number,
                  state.step() + steps,
                  RoundLength.next(
                      settings.averagingPeriod(),
                      state.period(),
                      seconds,
                      outcome.arithmeticSeconds(),
                      plan)),
              new TrainingState.Learned(
                  outcome.parameters(),
                  outcome.moments(),
                  outcome.velocity(),
                  outcome.temperature()),
              state.round() == 0 ? outcome.loss() : state.firstLoss(),
              state.validations());
      Optional<ValidationLoss.Sums> validated = outcome.validated().map(Rounds.Validated::sums);
      TrainingState told =
          validated.map(part -> after.validated(part.loss(), settings.keepsBest())).orElse(after);
      listener.afterRound(report(told, steps, outcome, validated, seconds), told);
      return told;
    }

    /** Whether these steps complete the last epoch, or an epoch that ends with a validation. */
    private boolean validates(long before, long after) {
      long between = (long) plan.stepsPerEpoch() * settings.epochsBetweenValidations();
      return before / between != after / between || after == plan.totalSteps();
    }

    /** Fails if a loss or a parameter is not finite, so that it cannot become a model. */
    private void requireFinite(Rounds.Outcome outcome, TrainingState before, int round) {
      double loss = outcome.loss();
      double first = before.round() == 0 ? loss : before.firstLoss();
      double most = EXPLOSION * Math.max(settings.objective().chance(plan.batch()), first);
      if (!Double.isFinite(loss)
          || loss > most
          || !Double.isFinite(outcome.temperature().logTemperature())
          || !Weights.areFinite(outcome.parameters())) {
        throw FathomException.diverged(
            "training diverged in round %d (loss %.4g, %.4g in the first round); "
                + "lower training.learningRate, raise temperature.floor or set training.gradientClip",
            round, loss, first);
      }
    }

    private RoundReport report(
        TrainingState state,
        int steps,
        Rounds.Outcome outcome,
        Optional<ValidationLoss.Sums> validated,
        double seconds) {
      return new RoundReport(
          state.round(),
          (double) state.step() / plan.stepsPerEpoch(),
          state.step(),
          plan.pairs() * state.step(),
          outcome.loss(),
          validated.stream().mapToDouble(ValidationLoss.Sums::loss).findFirst(),
          validated.stream().mapToDouble(ValidationLoss.Sums::recall).findFirst(),
          state.temperature().value(),
          state.temperature().bias().value(),
          outcome.temperatureBound(),
          trainers.spec().learningRate(state.step() - 1),
          plan.pairs() * steps / seconds,
          outcome.arithmeticSeconds() / seconds);
    }
  }
}
