// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.round;

import dev.fathom.contrastive.Curve;
import dev.fathom.train.progress.TrainingState;
import dev.fathom.train.settings.TrainingSettings;
import dev.fathom.train.step.RoundResult;
import dev.fathom.train.step.RoundState;
import dev.fathom.train.step.TrainerPool;
import dev.fathom.train.step.ValidationLoss;
import dev.fathom.train.step.Weights;
import dev.fathom.train.step.Weights.Moments;
import dev.fathom.train.workers.BroadcastValue;
import dev.fathom.train.workers.Workers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleFunction;

/**
 * Rounds of parameter averaging. The weights go to every worker, each worker takes the same number
 * of local steps on its own pairs, and the results are averaged. An {@link OuterStep} and the
 * {@link TemperaturePolicy} follow.
 *
 * <p>A worker's result is a pure function of the weights, its pairs and its number, and the driver
 * adds the results up in the order of the workers. So the same seed and number of workers give the
 * same bits on any executors.
 */
record AveragingRounds(TrainerPool trainers, Workers workers, WeightsBroadcast broadcast)
    implements Rounds {
  @Override
  public Outcome round(TrainingState state, int steps, boolean validates) {
    RoundState round = new RoundState(state.step(), steps, state.temperature());
    List<Moments> ownMoments = new ArrayList<>();
    RoundResult mean = train(round, state, ownMoments);
    OuterStep step =
        OuterStep.of(state, mean.weights().parameters(), (float) settings().outerMomentum());
    List<Moments> moments =
        ownMoments.isEmpty() ? List.of(mean.weights().moments()) : List.copyOf(ownMoments);
    TemperaturePolicy.Next next =
        TemperaturePolicy.of(trainers.spec())
            .after(round, mean, loss(round, step.parameters(), moments.get(0)));
    return new Outcome(
        step.parameters(),
        moments,
        step.velocity(),
        next.state(),
        next.bound(),
        mean.loss(),
        mean.seconds(),
        validates
            ? Optional.of(validated(state.round() + 1, step.parameters(), moments.get(0), next))
            : Optional.empty());
  }

  private Validated validated(
      int round, float[] parameters, Moments moments, TemperaturePolicy.Next next) {
    long begin = System.nanoTime();
    workers.describe("train: validation loss after round " + round);
    List<ValidationLoss.Sums> parts =
        workers.validate(
            new ValidationLoss(trainers, next.state(), broadcast.of(parameters, moments)));
    return new Validated(ValidationLoss.Sums.of(parts), (System.nanoTime() - begin) * 1e-9);
  }

  /**
   * The loss of the latest batches of all workers as a function of 1/τ. The first call sends the
   * weights to the workers.
   */
  private DoubleFunction<Curve> loss(RoundState round, float[] parameters, Moments moments) {
    return inverse ->
        Curve.mean(
            workers.each(
                new LossCurve(trainers, round, broadcast.of(parameters, moments), inverse)));
  }

  private TrainingSettings settings() {
    return trainers.spec().settings();
  }

  private RoundResult train(RoundState round, TrainingState state, List<Moments> ownMoments) {
    boolean local = settings().localMoments();
    List<BroadcastValue<Moments>> own = new ArrayList<>();
    if (local && state.moments().size() == trainers.spec().plan().localTrainers()) {
      state.moments().forEach(moments -> own.add(workers.broadcast(moments, moments.bytes())));
    }
    BroadcastValue<Weights> weights = broadcast.of(state.parameters(), state.moments().get(0));
    LocalRound task = new LocalRound(trainers, round, weights, own);
    try {
      if (!local) {
        return workers.reduce(task, RoundResult::mean);
      }
      List<RoundResult> results = workers.each(task);
      results.forEach(result -> ownMoments.add(result.weights().moments()));
      return RoundResult.mean(results);
    } finally {
      own.forEach(BroadcastValue::destroy);
    }
  }
}
