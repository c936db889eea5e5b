// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train;

import dev.fathom.common.FathomException;
import dev.fathom.model.Towers;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * Parameter averaging in rounds. A round broadcasts the state, lets every worker take the same
 * number of local steps on its own pairs, and averages what comes back. The temperature stays as it
 * is within a round; after it, the driver averages ∂L/∂log τ over the workers step by step and
 * takes its own steps.
 *
 * <p>What a worker does is a pure function of the broadcast state, its pairs and its number, and
 * the driver adds up in the order of the workers; so the same seed and number of workers give the
 * same bits, on whatever executors.
 */
final class RoundEngine {
  private final JavaSparkContext spark;
  private final Towers towers;
  private final TrainingSettings settings;
  private final TemperatureSettings temperatureSettings;
  private final RoundListener listener;
  private final String name = UUID.randomUUID().toString();

  /** Hears of every round. */
  interface RoundListener {
    /** Called after each round with the state that the next one starts from. */
    void afterRound(RoundReport report, TrainingState state);
  }

  RoundEngine(
      JavaSparkContext spark,
      Towers towers,
      TrainingSettings settings,
      TemperatureSettings temperatureSettings,
      RoundListener listener) {
    this.spark = spark;
    this.towers = towers;
    this.settings = settings;
    this.temperatureSettings = temperatureSettings;
    this.listener = listener;
  }

  /** The state before the first round. */
  TrainingState start(float[] parameters) {
    return new TrainingState(
        0, 0, Weights.initial(parameters), new GlobalTemperature(temperatureSettings).state());
  }

  /**
   * Trains to the end.
   *
   * @param sizes how many pairs each worker has
   * @param workers what runs a round on every worker and gives the results in the workers' order
   * @param validation one element a partition: a part of the validation split, persisted
   */
  TrainingState run(
      TrainingState start,
      List<Integer> sizes,
      Function<LocalRound, List<RoundResult>> workers,
      JavaRDD<PairPartition> validation) {
    boolean validate = validation.filter(part -> part.size() > 1).count() > 0;
    RoundPlan plan = plan(sizes);
    TrainingState state = start;
    while (state.step() < plan.totalSteps()) {
      state = round(state, plan, workers, validate ? validation : null);
    }
    return state;
  }

  private RoundPlan plan(List<Integer> sizes) {
    int smallest = sizes.stream().min(Integer::compare).orElse(0);
    if (smallest < 2) {
      throw FathomException.data(
          "%d workers for too few training pairs: a worker has %d, and needs 2; lower training.workers",
          sizes.size(), smallest);
    }
    return RoundPlan.of(smallest, towers.similarity().sampleRows(), settings);
  }

  private TrainingState round(
      TrainingState state,
      RoundPlan plan,
      Function<LocalRound, List<RoundResult>> workers,
      JavaRDD<PairPartition> validation) {
    long begin = System.nanoTime();
    int steps = (int) Math.min(settings.averagingPeriod(), plan.totalSteps() - state.step());
    GlobalTemperature temperature = new GlobalTemperature(temperatureSettings, state.temperature());
    RoundState shipped =
        new RoundState(state.step(), steps, (float) temperature.value(), state.weights());
    List<RoundResult> results = onWorkers(workers, plan, shipped, state.round() + 1);
    TrainingState next = average(state, steps, plan, temperature, results);
    double seconds = (System.nanoTime() - begin) * 1e-9;
    double loss = meanLoss(results);
    requireFinite(loss, next);
    boolean epochEnds =
        next.step() % plan.stepsPerEpoch() < steps || next.step() == plan.totalSteps();
    Double validationLoss =
        validation != null && epochEnds
            ? validationLoss(validation, plan, next, temperature.value())
            : null;
    listener.afterRound(report(next, plan, steps, results, loss, validationLoss, seconds), next);
    return next;
  }

  private List<RoundResult> onWorkers(
      Function<LocalRound, List<RoundResult>> workers,
      RoundPlan plan,
      RoundState shipped,
      int round) {
    spark.setJobDescription("train: round " + round);
    Broadcast<RoundState> broadcast = spark.broadcast(shipped);
    try {
      return workers.apply(new LocalRound(replicas(plan), broadcast));
    } finally {
      broadcast.destroy();
    }
  }

  private TrainingState average(
      TrainingState state,
      int steps,
      RoundPlan plan,
      GlobalTemperature temperature,
      List<RoundResult> results) {
    for (int i = 0; i < steps; i++) {
      int step = i;
      double gradient =
          results.stream()
              .mapToDouble(result -> result.temperatureGradients()[step])
              .average()
              .orElseThrow();
      temperature.step(gradient, schedule(state.step() + i, plan));
    }
    return new TrainingState(
        state.round() + 1,
        state.step() + steps,
        Weights.mean(results.stream().map(RoundResult::weights).toList()),
        temperature.state());
  }

  private double schedule(long step, RoundPlan plan) {
    return settings.learningRate() == 0
        ? 1
        : settings.learningRate(step, plan.totalSteps()) / settings.learningRate();
  }

  private double validationLoss(
      JavaRDD<PairPartition> validation, RoundPlan plan, TrainingState state, double temperature) {
    spark.setJobDescription("train: validation loss after round " + state.round());
    RoundState shipped = new RoundState(state.step(), 0, (float) temperature, state.weights());
    Broadcast<RoundState> broadcast = spark.broadcast(shipped);
    try {
      // Collected, so that the sum keeps its order and the same run gives the same bits.
      return validation
          .mapPartitions(new ValidationLoss(replicas(plan), broadcast))
          .collect()
          .stream()
          .mapToDouble(Double::doubleValue)
          .average()
          .orElseThrow();
    } finally {
      broadcast.destroy();
    }
  }

  private ReplicaPool replicas(RoundPlan plan) {
    return new ReplicaPool(name, towers, settings, plan);
  }

  /** A loss or a parameter that is not a number stops the job before it becomes a model. */
  private static void requireFinite(double loss, TrainingState state) {
    if (!Double.isFinite(loss)
        || !Double.isFinite(state.temperature().logTemperature())
        || !state.weights().areFinite()) {
      throw FathomException.diverged(
          "training diverged in round %d (loss %s); lower training.learningRate or raise temperature.floor",
          state.round(), loss);
    }
  }

  private RoundReport report(
      TrainingState state,
      RoundPlan plan,
      int steps,
      List<RoundResult> results,
      double loss,
      Double validationLoss,
      double seconds) {
    long pairsAStep = (long) plan.batch() * results.size();
    return new RoundReport(
        state.round(),
        (double) state.step() / plan.stepsPerEpoch(),
        state.step(),
        pairsAStep * state.step(),
        loss,
        validationLoss,
        new GlobalTemperature(temperatureSettings, state.temperature()).value(),
        settings.learningRate(state.step() - 1, plan.totalSteps()),
        pairsAStep * steps / seconds,
        results.stream().mapToDouble(RoundResult::seconds).max().orElse(0) / seconds);
  }

  private static double meanLoss(List<RoundResult> results) {
    return results.stream()
        .flatMapToDouble(result -> Arrays.stream(result.losses()))
        .average()
        .orElseThrow();
  }
}
