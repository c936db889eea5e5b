// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.round;

import dev.fathom.contrastive.Curve;
import dev.fathom.train.progress.TrainingState;
import dev.fathom.train.settings.TemperatureSettings;
import dev.fathom.train.settings.TrainingSettings;
import dev.fathom.train.step.ExactTemperature;
import dev.fathom.train.step.RoundResult;
import dev.fathom.train.step.RoundState;
import dev.fathom.train.step.Temperature;
import dev.fathom.train.step.TrainerPool;
import dev.fathom.train.step.TrainerSpec;
import dev.fathom.train.step.Weights;
import dev.fathom.train.step.Weights.Moments;
import dev.fathom.train.workers.BroadcastValue;
import dev.fathom.train.workers.Workers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Rounds of parameter averaging: the weights go to every worker, each takes the same number of
 * local steps on its own pairs, and what comes back is averaged. The temperature is one for the
 * whole job ({@link TemperatureSettings} says how it moves).
 *
 * <p>What a worker does is a pure function of the weights that it is sent, its pairs and its
 * number, and the driver adds up in the order of the workers; so the same seed and number of
 * workers give the same bits, on whatever executors.
 */
record AveragingRounds(TrainerPool trainers, Workers workers, WeightsBroadcast shipment)
    implements Rounds {
  @Override
  public Outcome round(TrainingState state, int steps) {
    RoundState round = new RoundState(state.step(), steps, state.temperature());
    List<Moments> ownMoments = new ArrayList<>();
    RoundResult mean = train(round, state, ownMoments);
    float[] velocity = state.velocity();
    float[] parameters = mean.weights().parameters();
    float momentum = (float) settings().outerMomentum();
    if (momentum > 0) {
      velocity = velocity(state, parameters, momentum);
      parameters = moved(parameters, velocity, momentum);
    }
    List<Moments> moments =
        ownMoments.isEmpty() ? List.of(mean.weights().moments()) : List.copyOf(ownMoments);
    NextTemperature next = temperature(state, round, mean, parameters, moments.get(0));
    return new Outcome(
        parameters, moments, velocity, next.state, next.bound, mean.loss(), mean.seconds());
  }

  private TrainingSettings settings() {
    return trainers.spec().settings();
  }

  private RoundResult train(RoundState round, TrainingState state, List<Moments> ownMoments) {
    boolean local = settings().localMoments();
    List<BroadcastValue<Moments>> own = new ArrayList<>();
    if (local && state.moments().size() == trainers.spec().plan().replicas()) {
      state.moments().forEach(moments -> own.add(workers.ship(moments, moments.bytes())));
    }
    BroadcastValue<Weights> weights = shipment.of(state.parameters(), state.moments().get(0));
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

  /** v ← μv + Δ with Δ the averaged change. */
  private static float[] velocity(TrainingState state, float[] average, float momentum) {
    float[] velocity = new float[average.length];
    for (int i = 0; i < velocity.length; i++) {
      velocity[i] = momentum * state.velocity()[i] + (average[i] - state.parameters()[i]);
    }
    return velocity;
  }

  /** Nesterov's step: θ ← θ̄ + μv, which is θ + Δ + μv. */
  private static float[] moved(float[] average, float[] velocity, float momentum) {
    float[] moved = new float[average.length];
    for (int i = 0; i < moved.length; i++) {
      moved[i] = average[i] + momentum * velocity[i];
    }
    return moved;
  }

  /** τ after a round, and the bound that holds it. */
  private record NextTemperature(Temperature.State state, Optional<String> bound) {
    static NextTemperature free(Temperature.State state) {
      return new NextTemperature(state, Optional.empty());
    }
  }

  private NextTemperature temperature(
      TrainingState state,
      RoundState round,
      RoundResult mean,
      float[] parameters,
      Moments moments) {
    return switch (trainers.spec().temperature().mode()) {
      case LOCAL -> NextTemperature.free(mean.temperature());
      case GLOBAL, FIXED -> NextTemperature.free(stepped(state, mean));
      case GLOBAL_EXACT -> exact(state, round, parameters, moments);
    };
  }

  /** The optimiser's step for each local step, with the gradient averaged over the workers. */
  private Temperature.State stepped(TrainingState state, RoundResult mean) {
    TrainerSpec spec = trainers.spec();
    Temperature temperature = new Temperature(spec.temperature(), state.temperature());
    for (int i = 0; i < mean.temperatureGradients().length; i++) {
      temperature.step(
          mean.temperatureGradients()[i],
          mean.biasGradients()[i],
          spec.learningRateShare(state.step() + i));
    }
    return temperature.state();
  }

  /** The minimum over the latest batches of all workers. */
  private NextTemperature exact(
      TrainingState state, RoundState round, float[] parameters, Moments moments) {
    TrainerSpec spec = trainers.spec();
    ExactTemperature.Range range =
        ExactTemperature.Range.of(
            spec.temperature(),
            state.temperature().value(),
            Rounds.reach(spec, state.step(), round.steps()));
    BroadcastValue<Weights> weights = shipment.of(parameters, moments);
    ExactTemperature.Solution solution =
        ExactTemperature.solve(
            inverse -> Curve.mean(workers.each(new LossCurve(trainers, round, weights, inverse))),
            range);
    return new NextTemperature(
        state.temperature().at(-Math.log(solution.inverse())), range.boundOf(solution));
  }
}
